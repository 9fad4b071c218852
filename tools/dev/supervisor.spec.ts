import { spawn } from 'node:child_process';
import { eventually } from '@switchboard/testing';
import { startGuard } from '../processes/guard.mjs';
import { createSupervisor } from './supervisor.mjs';

describe('the supervisor', () => {
  const guard = startGuard();
  afterAll(() => guard.endAll());

  const sleeper = () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    guard.watch(Number(child.pid), { name: 'sleeper', stage: 1 });
    return { pid: Number(child.pid), process: child };
  };

  test('starts again what died, says so and tells the new pid, also when the first try fails', async () => {
    const said: string[] = [];
    let changes = 0;
    let starts = 0;
    const supervisor = createSupervisor({
      say: (line) => said.push(line),
      guard,
      onChange: () => (changes += 1),
    });
    const start = async () => {
      starts += 1;
      if (starts === 2) throw new Error('not yet');
      return sleeper();
    };
    const first = await supervisor.run({ name: 'sleeper', start, logFile: 'its.log' });
    expect(supervisor.pids()).toEqual({ sleeper: first.pid });
    first.process.kill('SIGKILL');
    await eventually(() => expect(changes).toBe(1), { deadlineMs: 20_000 });
    expect(said).toEqual([
      '  ! sleeper ended (SIGKILL); starting it again in 0.5 s. Log: its.log',
      '  ! sleeper ended (not yet); starting it again in 1 s. Log: its.log',
      `  ✓ sleeper is back (pid ${supervisor.pids()['sleeper']})`,
    ]);
    expect(supervisor.pids()['sleeper']).not.toBe(first.pid);
    supervisor.end();
  });

  test('leaves the dead alone once the end is wanted', async () => {
    const said: string[] = [];
    const supervisor = createSupervisor({ say: (line) => said.push(line), guard, onChange: () => {} });
    const { process: child } = await supervisor.run({
      name: 'sleeper',
      start: async () => sleeper(),
      logFile: 'x',
    });
    supervisor.end();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(said).toEqual([]);
  });
});
