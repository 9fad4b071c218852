// Kafka and Postgres survive the roughest ends with their data, also below a folder that only root may enter.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '@switchboard/postgres';
import { eventually } from '@switchboard/testing';
import { startGuard } from '../processes/guard.mjs';
import { startKafka } from './kafka.mjs';
import { freePorts } from './ports.mjs';
import { startPostgres } from './postgres.mjs';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
type Guard = ReturnType<typeof startGuard>;

const died = (child: { once(event: 'exit', listener: () => void): unknown }) =>
  new Promise<void>((resolve) => child.once('exit', resolve));

const childrenOf = (pid: number) =>
  spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => line.trim().split(/ +/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));

describe('servers', () => {
  let guard: Guard;
  let folder: string;
  beforeEach(() => {
    guard = startGuard();
    // mkdtemp makes a folder of mode 0700: where we are root, Postgres's own user may not pass.
    folder = mkdtempSync(join(tmpdir(), 'servers-'));
    guard.remove(folder);
  });
  afterEach(() => guard.endAll());

  test('Postgres keeps its data over a SIGKILL', async () => {
    const [port = 0] = await freePorts(1);
    const place = { folder: join(folder, 'postgres'), logs: folder, port, password: 'p', guard };
    const first = await startPostgres(place);
    const write = createDatabase({ url: first.url, schema: 'public', logger: quiet });
    await write.query('create table kept (n int)', []);
    await write.query('insert into kept values (42)', []);
    await write.close();
    const end = died(first.process);
    process.kill(first.pid, 'SIGKILL');
    await end;
    guard.forget(first.pid);
    const second = await startPostgres(place);
    expect(second.url).toBe(first.url);
    const read = createDatabase({ url: second.url, schema: 'public', logger: quiet });
    expect(await read.query('select n from kept', [])).toEqual([{ n: 42 }]);
    await read.close();
  });

  test('Postgres waits for what a killed one has left behind', async () => {
    const [port = 0] = await freePorts(1);
    const place = { folder: join(folder, 'postgres'), logs: folder, port, password: 'p', guard };
    const first = await startPostgres(place);
    const [straggler = 0] = childrenOf(first.pid);
    process.kill(straggler, 'SIGSTOP');
    const end = died(first.process);
    process.kill(first.pid, 'SIGKILL');
    await end;
    guard.forget(first.pid);
    const starting = startPostgres(place);
    await eventually(async () =>
      expect(readFileSync(join(folder, 'postgres.log'), 'utf8')).toContain(
        'pre-existing shared memory block',
      ),
    );
    process.kill(straggler, 'SIGKILL');
    expect((await starting).url).toBe(first.url);
  });

  test('Kafka starts again on its data, on another port', async () => {
    const place = { folder: join(folder, 'kafka'), logs: folder, guard };
    mkdirSync(place.folder);
    const identity = () =>
      readFileSync(join(place.folder, 'data', 'meta.properties'), 'utf8').match(/^cluster.id=.*$/m)?.[0];
    const [one = 0, other = 0] = await freePorts(2);
    const first = await startKafka({ ...place, port: one });
    const cluster = identity();
    expect(cluster).toMatch(/cluster.id=.+/);
    const end = died(first.process);
    process.kill(first.pid, 'SIGTERM');
    await end;
    guard.forget(first.pid);
    const second = await startKafka({ ...place, port: other });
    expect(second.brokers).toBe(`127.0.0.1:${other}`);
    expect(identity()).toBe(cluster);
    const socket = createConnection(other, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.destroy();
  });
});
