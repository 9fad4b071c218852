// An integration that was mended is delivered to at once, whatever calls under way with the settings before still say.
import { eventually } from '@switchboard/testing';
import { broken, delivered } from '../author/outcome.ts';
import { addIntegration, fast, freshLedger, quick, record, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const mend = (token: string, timeout_seconds: number) =>
  addIntegration(ledger.db, 'one', { secrets: { token }, delivery: { ...fast, timeout_seconds } });

test('what breaks under older settings is repeated with those of now; what breaks under these parks', async () => {
  const tokens: string[] = [];
  let answer = (): void => undefined;
  const answering = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { take, runtime, told } = ledger.start(
    [
      sinkThat(async (_event, ctx) => {
        tokens.push(ctx.config.token);
        if (ctx.config.token === 'mended') return delivered();
        if (ctx.config.token === 't0ken') await answering;
        return broken('401');
      }),
    ],
    { ...quick, holdSeconds: 600 },
  );
  const renewed = (timeoutSeconds: number) =>
    eventually(() => expect(runtime['outlets'].get('one')?.settings.timeout_seconds).toBe(timeoutSeconds));
  const states = () => ledger.db.query('select status, reason from integration_state');
  await eventually(() => expect(runtime['outlets'].get('one')).toBeDefined());
  await take([record('e1'), record('e2')]);
  await eventually(() => expect(tokens).toEqual(['t0ken', 't0ken']));
  await mend('mended', 7);
  await renewed(7);
  answer();
  await ledger.allDelivered(2);
  expect(tokens).toEqual(['t0ken', 't0ken', 'mended', 'mended']);
  expect(told.outcomes).toEqual(['interrupted', 'interrupted', 'delivered', 'delivered']);
  expect(await ledger.db.query('select 1 from operation')).toEqual([]);
  await mend('worse', 8);
  await renewed(8);
  await take([record('e3')]);
  await eventually(async () => expect(await states()).toEqual([{ status: 'broken', reason: '401' }]));
  expect(tokens.slice(4)).toEqual(['worse']);
});
