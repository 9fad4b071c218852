// Secrets that were encrypted with a key that ENCRYPTION_KEY does not have: a fault of the installation, not of its
// tenants. Deliveries wait, nothing counts as a failure of an integration, and readiness and health name the setting.
import { topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { addIntegration, box, record, rows, TENANT } from '@switchboard/ledger/spec-kit';
import { integrationSecretPlace, SecretBox } from '@switchboard/postgres';
import { startOnFreePort } from '@switchboard/service';
import { delivered } from '@switchboard/sink';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { sinkService } from './run.ts';
import { sinkThat } from './spec-kit.ts';

const KEY = Buffer.alloc(32, 8);
const ours = new SecretBox([KEY]);

let s: Suite;
const ending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  s = await suite();
});
afterAll(async () => {
  for (const end of ending.reverse()) await end();
  await s.end();
});

test('integrations whose secrets need another key wait, and go on when these are encrypted again', async () => {
  const sealWith = (one: SecretBox, id: string) =>
    s.database.query('update integrations set secrets = $2 where id = $1', [
      id,
      { token: one.seal('t0ken', integrationSecretPlace(TENANT, id, 'token')) },
    ]);
  for (const id of ['first', 'second']) await addIntegration(s.database, id);
  const service = await startOnFreePort(sinkService([sinkThat(async () => delivered())]), {
    ...s.env,
    ENCRYPTION_KEY: KEY.toString('hex'),
  });
  ending.push(() => service.stop());
  const producer = new KafkaProducer(s.kafka);
  ending.push(() => producer.close());
  const send = async (id: string) => {
    const { partition: _partition, offset: _offset, ...event } = record(id);
    await producer.send({ ...event, topic: topics.escalations });
  };
  const get = async (path: string) => {
    const answer = await fetch(`${service.url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const health = async () => JSON.parse((await get('/health')).text);
  const outcomes = async () =>
    (await rows(s.database)).map(({ integration, state, calls }) => [integration, state, calls]);

  await send('e1');
  await eventually(async () => {
    expect(await outcomes()).toEqual([
      ['first', 'waiting', 0],
      ['second', 'waiting', 0],
    ]);
    const { status, text } = await get('/health/ready');
    expect({ status, text }).toEqual({
      status: 503,
      text: expect.stringMatching(/ENCRYPTION_KEY .* 2 of 2 integrations/),
    });
  });
  expect(await health()).toMatchObject({
    status: 'degraded',
    details: { encryption_key: expect.stringMatching(/^ENCRYPTION_KEY .* 2 of 2 integrations/) },
  });
  expect((await get('/health/live')).status).toBe(200);

  await sealWith(ours, 'first');
  await eventually(async () => {
    expect(await outcomes()).toEqual([
      ['first', 'delivered', 1],
      ['second', 'waiting', 0],
    ]);
    expect((await get('/health/ready')).status).toBe(200);
  });
  expect(await health()).toMatchObject({
    status: 'degraded',
    details: { encryption_key: expect.stringContaining('1 of 2 integrations') },
  });

  await sealWith(ours, 'second');
  await eventually(async () => expect((await outcomes())[1]).toEqual(['second', 'delivered', 1]));
  expect((await health()).details).toEqual({ integrations_rejecting: 0 });

  // One that was delivered to is held in the same way.
  await sealWith(box, 'second');
  await eventually(async () => expect((await health()).details).toHaveProperty('encryption_key'));
  await send('e2');
  await eventually(async () =>
    expect((await outcomes()).slice(2)).toEqual([
      ['first', 'delivered', 1],
      ['second', 'waiting', 0],
    ]),
  );
  await sealWith(ours, 'second');
  await eventually(async () => expect((await outcomes())[3]).toEqual(['second', 'delivered', 1]));

  expect(await s.database.query('select type from operation')).toEqual([]);
  const faults = `select integration_id from integration_state where status <> 'ok' or failing_since is not null`;
  expect(await s.database.query(faults)).toEqual([]);
  expect((await get('/metrics')).text).not.toContain('outcome="broken"');
});
