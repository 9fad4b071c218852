// Whatever a sink returns or throws, no secret of its integration is stored, logged or published.
import { addIntegration, record, rows } from '@switchboard/ledger/spec-kit';
import {
  type Auth,
  broken,
  type DeliveryOutcome,
  delivered,
  rejected,
  retry,
  type Sink,
  skipped,
} from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const OWN = 'tok-5f0c9ad1e2b7';
const MADE = 'made-on-the-way-77';

const ledger = freshLedger();

const auth: Auth = { authorize: async (request) => request, secrets: () => [MADE] };

class Quoting extends Error {
  override readonly name = `Quoting ${OWN}`;
}

/** Everything that a person may read. */
async function written(): Promise<string> {
  const tables = ['delivery', 'delivery_attempt', 'dead_letter', 'integration_state', 'operation'];
  const texts = await Promise.all(
    tables.map((table) => ledger.db.query(`select t::text as text from ${table} t`)),
  );
  return JSON.stringify(texts);
}

const words = `no access for ${OWN}, nor for ${Buffer.from(MADE).toString('base64')}`;
const hidden = 'no access for ***, nor for ***';

const says: Readonly<Record<string, () => DeliveryOutcome>> = {
  delivered: () => delivered(`ref ${words}`),
  skipped: () => skipped(words),
  rejected: () => rejected(words),
  retry: () => retry(words),
  threw() {
    throw new Quoting(`not taken\n    at ${OWN} (place:1:2)`);
  },
};

test('secrets in reasons, references and errors are masked before anything is stored or logged', async () => {
  await addIntegration(ledger.db, 'one', { secrets: { token: OWN }, delivery: { retry: { attempts: 1 } } });
  const saying = sinkThat(async (event) => says[event.id]?.() ?? delivered());
  const { take, observed } = ledger.start([{ ...saying, auth }]);
  await take(Object.keys(says).map((id) => record(id)));
  const all = await ledger.settled(5);
  expect(all.map(({ event, state, reason, reference }) => [event, state, reason ?? reference])).toEqual([
    ['delivered', 'delivered', `ref ${hidden}`],
    ['skipped', 'skipped', hidden],
    ['rejected', 'dead', hidden],
    ['retry', 'dead', hidden],
    ['threw', 'dead', 'the sink threw Quoting ***'],
  ]);
  const bug = observed.logs.find((line) => line.startsWith('A sink threw'));
  expect(bug).toContain('"error_name":"Quoting ***"');
  expect(bug).toContain('at *** (place:1:2)');
  const everything = `${await written()} ${observed.logs.join()}`;
  expect(everything).toContain(hidden);
  expect(everything).not.toContain(OWN);
  expect(everything).not.toContain(Buffer.from(MADE).toString('base64'));
});

test('the reason in an `integration.broken` event has no secrets', async () => {
  await addIntegration(ledger.db, 'one', { secrets: { token: OWN } });
  const { take } = ledger.start([sinkThat(async () => broken(words.split(',')[0] ?? ''))]);
  await take([record('e')]);
  await eventually(async () => {
    const published = await ledger.db.query('select type, data from operation');
    expect(published).toEqual([{ type: 'integration.broken', data: { reason: 'no access for ***' } }]);
  });
  expect(await written()).not.toContain(OWN);
});

test('when the secrets cannot be listed the text is not shown, and the delivery ends all the same', async () => {
  await addIntegration(ledger.db, 'one', { secrets: { token: OWN } });
  const unclear: Sink = {
    ...sinkThat(async () => rejected(words)),
    auth: {
      ...auth,
      secrets() {
        throw new TypeError('no such setting');
      },
    },
  };
  const { take } = ledger.start([unclear]);
  await take([record('e')]);
  await ledger.settled(1);
  expect(await rows(ledger.db)).toMatchObject([
    { state: 'dead', reason: 'not shown: the sink cannot tell what is secret in it' },
  ]);
});
