// SIGKILL under load: nothing is lost, and an effect is doubled only for a call whose answer was not yet recorded, under
// the same idempotency key.
import { topics } from '@switchboard/contracts';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { makePosts, postAll } from '../../load/posts.ts';
import { acceptedOf, countOn, deliveries, effects, idsOn, received, wantedOn } from '../rig/readings.ts';
import { startSystem, type System } from '../rig/system.ts';

/** Calls a sink process has under way at most. */
const IN_FLIGHT = 64;
let corner: Suite;
let system: System;

beforeAll(async () => {
  corner = await suite();
  system = await startSystem(corner);
});
afterAll(async () => {
  await system.stop();
  await corner.end();
});

test('the router and then the sinks are killed while 2,000 events come in', async () => {
  // Slow answers, so that calls are under way when the process dies.
  await behave({ vendor: 'slack', delay_ms: 150 });
  const posting = postAll(system.ingest, makePosts(2_000, system.tenant, system.secret), { perSecond: 250 });
  await eventually(async () => expect(await countOn(corner, topics.conversations)).toBeGreaterThan(20));
  await system.kill('router');
  await system.start('router');
  await eventually(async () => expect((await received(system, 'slack')).length).toBeGreaterThan(10));
  await system.kill('sinks');
  await system.start('sinks');
  const accepted = acceptedOf(await posting);

  const wanted = { hubspot: wantedOn(accepted, topics.leads), slack: wantedOn(accepted, topics.escalations) };
  await eventually(
    async () => {
      const delivered = (await deliveries(corner)).filter(({ state }) => state === 'delivered');
      expect(delivered).toHaveLength(wanted.hubspot.size + wanted.slack.size);
    },
    { deadlineMs: 90_000, everyMs: 250 },
  );
  for (const topic of [topics.enriched, topics.conversations, topics.leads, topics.escalations]) {
    expect(await idsOn(corner, topic)).toEqual(wantedOn(accepted, topic));
  }
  expect(await idsOn(corner, topics.deadLetters)).toEqual(new Set());
  const rows = await deliveries(corner);
  for (const sink of ['hubspot', 'slack'] as const) {
    expect(new Set(rows.filter((row) => row.sink === sink).map(({ event_id }) => event_id))).toEqual(
      wanted[sink],
    );
  }
  for (const [vendor, path, sink] of [
    ['hubspot', '/contacts/batch/upsert', 'hubspot'],
    ['hubspot', '/objects/notes', 'hubspot'],
    ['slack', '/services/', 'slack'],
  ] as const) {
    const counts = effects(await received(system, vendor), path);
    // As many keys as events: an effect that was repeated was repeated under its own key.
    expect(counts.size).toBe(wanted[sink].size);
    const doubled = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    expect(doubled).toBeLessThanOrEqual(IN_FLIGHT);
  }
});

test('a clean stop doubles nothing', async () => {
  await behave({ vendor: 'slack', delay_ms: 100 });
  const before = (await deliveries(corner)).length;
  const posting = postAll(system.ingest, makePosts(400, system.tenant, system.secret), { perSecond: 200 });
  await eventually(async () => expect((await deliveries(corner)).length).toBeGreaterThan(before + 5));
  for (const name of ['sinks', 'router', 'enricher'] as const) {
    expect(await system.terminate(name)).toBe(0);
    await system.start(name);
  }
  const accepted = acceptedOf(await posting);
  const slack = wantedOn(accepted, topics.escalations);
  await eventually(
    async () => {
      const done = (await deliveries(corner)).filter(
        (row) => row.state === 'delivered' && slack.has(row.event_id),
      );
      expect(done).toHaveLength(slack.size);
    },
    { deadlineMs: 60_000, everyMs: 250 },
  );
  const conversations = new Set([...accepted.values()].map(({ conversation }) => conversation));
  const calls = (await received(system, 'slack')).filter(({ body }) =>
    [...conversations].some((id) => JSON.stringify(body).includes(id)),
  );
  const counts = effects(calls, '/services/');
  expect(counts.size).toBe(slack.size);
  expect([...counts.values()].every((count) => count === 1)).toBe(true);
});

async function behave(behaviour: object): Promise<void> {
  const reply = await fetch(`${system.sandbox}/_behaviour`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(behaviour),
  });
  expect(reply.ok).toBe(true);
}
