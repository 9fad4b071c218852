import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { runCommand } from './commands.ts';
import { startSandbox } from './stand-ins/started-sandbox.ts';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const code = await runCommand(args, { out, err });
  return { code, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
}

it.each([
  [['--help'], /simulate .*signed webhooks[\s\S]*HUBSPOT_TOKEN/],
  [['serve', '--help'], /--port PORT/],
  [['simulate', '--help'], /--dialogues FILE .*docs\/simulator\.md/],
  [['dialogues', '-h'], /--questions FILE\.csv/],
])('explains itself: %j', async (args, text) => {
  expect(await run(...args)).toMatchObject({ code: 0, out: expect.stringMatching(text), err: '' });
});

it.each([
  [['fly'], /"fly" is not a command; use serve, simulate, dialogues/],
  [['simulate', '--secret', 's'], /--url URL is required/],
  [['simulate', '--url', 'ftp://x', '--secret', 's'], /--url must be an http or https URL/],
  [
    ['simulate', '--url', 'http://x', '--secret', 's', '--concurrency', '0'],
    /--concurrency must be a number from 1/,
  ],
  [['simulate', '--url', 'http://x', '--secret', 's', '--conversations', '1.5'], /whole number/],
  [['simulate', '--url', 'http://x', '--secret', 's', '--rate', 'fast'], /--rate must be a number/],
  [['simulate', '--speed', '3'], /--speed/],
  [['serve', '--port', 'x'], /--port must be a number/],
  [['dialogues', '--out', 'x.jsonl'], /one of --abcd/],
])('ends with 2 for a wrong command line: %j', async (args, text) => {
  expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringMatching(text) });
});

it('ends with 1 and names the port that is in use', async () => {
  const other = await startSandbox();
  const { port } = new URL(other.url);
  expect(await run('serve', '--port', port)).toMatchObject({
    code: 1,
    err: expect.stringMatching(`port ${port} is in use`),
  });
  await other.close();
});

it('serves until SIGTERM', async () => {
  const out = new PassThrough();
  const ended = runCommand(['serve', '--port', '0'], { out, err: new PassThrough() });
  const [line] = (await once(out, 'data')) as [Buffer];
  const { port, msg } = JSON.parse(String(line)) as { port: number; msg: string };
  expect(msg).toBe('Sandbox is listening.');
  const healthy = await fetch(`http://127.0.0.1:${port}/health/ready`);
  expect([healthy.status, await healthy.json()]).toMatchObject([200, { status: 'healthy' }]);
  process.emit('SIGTERM');
  expect(await ended).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow('fetch failed');
});
