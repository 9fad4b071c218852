// Integrations of different tenants often lead to the same host: one that hangs must not use up what the others need.
import { eventually, httpStub } from '@switchboard/testing';
import { delivered } from './author/outcome.ts';
import { addIntegration, freshLedger, record, sinkThat } from './spec-kit.ts';

const ledger = freshLedger('well');
const { start, untilClaiming, allDelivered } = ledger;

test('an integration whose calls all hang leaves another one on the same host its connections', async () => {
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
