// Ports that were given out are given to nobody else, although nobody listens on them yet.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, isFree } from './ports.mjs';

const claims = join(tmpdir(), `switchboard-ports-${process.getuid?.() ?? 0}`);

const script = `
  import { freePorts } from ${JSON.stringify(join(import.meta.dirname, 'ports.mjs'))};
  process.stdout.write(JSON.stringify(await freePorts(400)) + '\\n');
  process.stdin.once('end', () => process.exit()).resume();
`;

test('free ones are free, all different, and below those of outgoing connections', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  expect(await Promise.all(ports.map(isFree))).not.toContain(false);
  const range = '/proc/sys/net/ipv4/ip_local_port_range';
  const [lowest = 49_152] = existsSync(range) ? readFileSync(range, 'utf8').split(/\s+/).map(Number) : [];
  expect(Math.max(...ports)).toBeLessThan(lowest);
});

test('processes that ask at the same time get different ones, and leave no claims behind', async () => {
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const ends = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  let ports: number[] = [];
  try {
    const lists = children.map(async ({ stdout }) => {
      let text = '';
      for await (const chunk of stdout) if ((text += String(chunk)).endsWith('\n')) break;
      return JSON.parse(text) as number[];
    });
    ports = (await Promise.all(lists)).flat();
    expect(ports).toHaveLength(1_600);
    expect(new Set(ports).size).toBe(1_600);
  } finally {
    for (const child of children) child.stdin.end();
    await Promise.all(ends);
  }
  expect(ports.filter((port) => existsSync(join(claims, String(port))))).toEqual([]);
});
