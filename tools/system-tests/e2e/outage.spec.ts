// Kafka is stopped for 20 seconds under load: every 2xx arrives once it is back, in order per key.
import { mkdtempSync } from 'node:fs';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@switchboard/contracts';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { startKafka } from '../../servers/kafka.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { makePosts, postAll } from '../../load/posts.ts';
import { acceptedOf, countOn, deliveries, idOf, recordsOn, wantedOn } from '../rig/readings.ts';
import { startSystem, type System } from '../rig/system.ts';

const AWAY_MS = 20_000;
let guard: Guard;
let corner: Suite;
let system: System;
let start: () => ReturnType<typeof startKafka>;
let broker: Awaited<ReturnType<typeof startKafka>>;
const shared = process.env['KAFKA_BROKERS'];

beforeAll(async () => {
  guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-outage-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const [port = 0] = await freePorts(1);
  start = () => startKafka({ folder: join(folder, 'kafka'), logs: join(folder, 'logs'), port, guard });
  broker = await start();
  process.env['KAFKA_BROKERS'] = broker.brokers;
  corner = await suite();
  system = await startSystem(corner);
});
afterAll(async () => {
  process.env['KAFKA_BROKERS'] = shared;
  await system.stop();
  await corner.end();
  await guard.endAll();
});

test('nothing that was answered with 2xx is lost or overtaken', async () => {
  const posting = postAll(system.ingest, makePosts(3_000, system.tenant, system.secret), { perSecond: 100 });
  await eventually(async () => expect(await countOn(corner, topics.enriched)).toBeGreaterThan(100));
  const gone = new Promise((resolve) => broker.process.once('exit', resolve));
  const stopped = Date.now();
  process.kill(broker.pid, 'SIGTERM');
  await gone;
  guard.forget(broker.pid);
  await eventually(() => expect(Date.now() - stopped).toBeGreaterThan(AWAY_MS), {
    deadlineMs: AWAY_MS * 2,
    everyMs: 100,
  });
  // A busy machine may not even let us connect in time.
  await eventually(async () => {
    const spooled = await corner.database.query('select id from spool');
    expect(spooled.length).toBeGreaterThan(500);
  });
  broker = await start();

  const answers = await posting;
  expect(answers.filter(({ post }) => post.kind === 'good').every(({ status }) => status === 200)).toBe(true);
  const accepted = acceptedOf(answers);
  const effects = wantedOn(accepted, topics.leads).size + wantedOn(accepted, topics.escalations).size;
  await eventually(
    async () => {
      expect(await corner.database.query('select id from spool')).toEqual([]);
      expect((await deliveries(corner)).filter(({ state }) => state === 'delivered')).toHaveLength(effects);
    },
    { deadlineMs: 60_000, everyMs: 250 },
  );
  for (const topic of [
    topics.events,
    topics.enriched,
    topics.conversations,
    topics.leads,
    topics.escalations,
  ]) {
    const records = await recordsOn(corner, topic);
    expect(new Set(records.map(idOf))).toEqual(wantedOn(accepted, topic));
    const lanes = new Map<string, number[]>();
    for (const record of records) {
      const { number } = JSON.parse(String(record.value)).data as { number: number };
      const lane = lanes.get(String(record.key)) ?? [];
      if (!lane.includes(number)) lanes.set(String(record.key), [...lane, number]);
    }
    for (const numbers of lanes.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
  expect(await recordsOn(corner, topics.deadLetters)).toEqual([]);
});
