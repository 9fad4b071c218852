// The command as it is called, and one bench for real on a small amount, so that the tool does not rot unseen.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { type Guard, startGuard } from '../processes/guard.mjs';
import { createProgress } from '../command-line/progress.mjs';
import { root } from '../root.mjs';
import { UsageError } from '../command-line/arguments.mjs';
import { readOptions } from './options.ts';
import { smallRouterBench } from './router.ts';
import { openWorkbench } from './workbench.ts';

describe('the command line', () => {
  const call = (...args: string[]) =>
    spawnSync(process.execPath, ['tools/dev/run.mjs', 'tools/bench/main.ts', ...args], {
      cwd: root,
      encoding: 'utf8',
    });

  test('--help tells every bench and option', () => {
    const { status, stdout } = call('--help');
    expect(status).toBe(0);
    for (const word of [
      'router',
      'enricher',
      'ingest',
      'growth',
      'latency',
      'whole',
      'memory',
      'retention',
      'all',
      '--quick',
      '--json',
    ])
      expect(stdout).toContain(word);
  });

  test('a bench that does not exist ends with 2, before any service is built for it', () => {
    const { status, stdout, stderr } = call('nonsense');
    expect(status).toBe(2);
    expect(stderr).toContain('not: nonsense');
    expect(stdout).not.toContain('build');
  });

  test('what it understands', () => {
    expect(readOptions(['router', '--quick', '--json', 'x.json'])).toEqual({
      help: false,
      names: ['router'],
      quick: true,
      json: resolve('x.json'),
      tenants: 1,
    });
    expect(readOptions(['whole', '--tenants', '1000']).tenants).toBe(1_000);
    expect(readOptions(['all']).names).toHaveLength(10);
  });

  test.each([
    [[]],
    [['router', 'ingest']],
    [['router', '--slow']],
    [['router', '--json']],
    [['whole', '--tenants', '0']],
  ])('refuses %j', (args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});

describe('a bench', () => {
  let guard: Guard;
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  const progress = createProgress({ stream });

  beforeAll(() => {
    guard = startGuard();
  });
  afterAll(async () => {
    progress.close();
    await guard.endAll();
  });

  test('compares the router as it is shipped with kafkajs alone', async () => {
    const { workbench, tidy } = await openWorkbench({ guard, progress, quick: true });
    try {
      const [rate, cpu] = await smallRouterBench(workbench, { events: 20_000, rounds: 1 });
      expect(rate).toMatchObject({ bench: 'router', unit: 'events/s', target: null, pass: null });
      for (const one of [rate?.value, rate?.reference]) expect(one?.median).toBeGreaterThan(100);
      expect(rate?.ratio?.median).toBeGreaterThan(0.01);
      if (process.platform === 'linux') expect(cpu?.value.median).toBeGreaterThan(1);
      expect(written.join('')).toContain('round 1 of 1, kafkajs');
    } finally {
      await tidy();
    }
  });
});
