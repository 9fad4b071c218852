// How an orchestrator stops a service process: started parts stop in order, at any moment.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../../..');
const build = `
  const { buildTool } = await import(${JSON.stringify(join(root, 'tools/build/build.mjs'))});
  process.stdout.write(await buildTool('libs/service/src/test-slow-service.ts'));
`;
let file: string;
let child: ChildProcessWithoutNullStreams;

beforeAll(() => {
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', build], { encoding: 'utf8' });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  file = run.stdout;
});

afterEach(() => {
  child.kill('SIGKILL');
});

function start() {
  child = spawn(process.execPath, [file]);
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const logged: string[] = [];
  /** Reads on until this sentence, or to the end. */
  const until = async (sentence?: string) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) return;
      logged.push(JSON.parse(value).message);
      if (logged.at(-1) === sentence) return;
    }
  };
  const ended = async () => {
    await until();
    return { code: (await exited)[0], logged };
  };
  return { until, ended };
}

test('SIGTERM stops intake, then work, and the exit code is 0', async () => {
  const { until, ended } = start();
  await until('Assembling.');
  child.stdin.write('go');
  await until('Ready.');
  child.kill('SIGTERM');
  expect(await ended()).toEqual({
    code: 0,
    logged: ['Assembling.', 'Ready.', 'Stopping.', 'Intake stopped.', 'Work stopped.'],
  });
});

test('SIGTERM during the start waits for the start and then stops', async () => {
  const { until, ended } = start();
  await until('Assembling.');
  child.kill('SIGTERM');
  await until('Stopping.');
  child.stdin.write('go');
  expect(await ended()).toEqual({
    code: 0,
    logged: ['Assembling.', 'Stopping.', 'Intake stopped.', 'Work stopped.'],
  });
});

test('a stop that waits for an endless start is forced', async () => {
  const { until, ended } = start();
  await until('Assembling.');
  child.stdin.write('fail');
  expect(await ended()).toEqual({
    code: 1,
    logged: [
      'Assembling.',
      'The service cannot go on; the process exits.',
      'Stopping took too long; the process exits now.',
    ],
  });
});
