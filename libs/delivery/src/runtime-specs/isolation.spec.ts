// Integrations share a process, and often a host. One that hangs must not use up the connections of others, and one whose
// settings make its sink throw must not prevent others from being read.
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import { delivered } from '@switchboard/sink';
import { eventually, httpStub } from '@switchboard/testing';
import { z } from 'zod';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('well');
const { start, untilClaiming, allDelivered } = ledger;

test('an integration whose calls all hang leaves connections to another one on the same host', async () => {
  const stub = await httpStub(({ path }) => (path === '/hangs' ? { fault: 'hang' } : {}));
  ledger.endLater(() => stub.close());
  await addIntegration(ledger.db, 'hangs', { tenant: 'other' });
  const { take } = start([
    sinkThat(async (event, ctx) => {
      if (event.id !== 'first') await ctx.http.post(`${stub.url}/${event.id.split('-')[0]}`);
      return delivered();
    }),
  ]);
  await untilClaiming(take);
  await take(Array.from({ length: 200 }, (_, i) => record(`hangs-${i}`, { tenant: 'other' })));
  const hanging = () => stub.requests.filter(({ path }) => path === '/hangs');
  await eventually(() => expect(hanging().length).toBe(64));
  await take(Array.from({ length: 30 }, (_, i) => record(`well-${i}`)));
  await allDelivered(31);
  expect(hanging().length).toBe(64);
});

test('deliveries of an integration with malformed settings wait, and others go on', async () => {
  for (const [id, config] of Object.entries({ text: '"x"', nothing: 'null' })) {
    await addIntegration(ledger.db, id);
    await ledger.db.query('update integrations set config = $2::jsonb where id = $1', [id, config]);
  }
  const { take } = start([sinkThat(async () => delivered())]);
  await take([record('e')]);
  await allDelivered(1);
  await eventually(async () =>
    expect(
      await ledger.db.query('select integration_id as id, reason from integration_state order by 1'),
    ).toMatchObject([
      { id: 'nothing', reason: expect.stringMatching(/^config: /) },
      { id: 'text', reason: expect.stringMatching(/^config: /) },
    ]),
  );
});

test('deliveries of an integration whose settings make its sink throw wait, and others go on', async () => {
  await addIntegration(ledger.db, 'odd', { config: { url: 'nowhere' } });
  const given = sinkThat(async () => delivered());
  const url = z.string().refine((text) => {
    if (URL.canParse(text)) return true;
    throw new TypeError(`${text} is no URL`);
  });
  const sink = { ...given, config: given.config.extend({ url }) };
  const { take } = start([sink]);
  await take([record('e')]);
  await allDelivered(1);
  await eventually(async () =>
    expect(
      await ledger.db.query('select integration_id as id, status, reason from integration_state'),
    ).toEqual([
      {
        id: 'odd',
        status: 'broken',
        reason:
          'reading the settings: the sink threw TypeError, which is a bug in it; fix the sink or the settings',
      },
    ]),
  );
});
