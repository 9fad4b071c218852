// Rules are evaluated once, at intake; the mapping at each attempt, so that a corrected mapping applies to waiting rows.
import { replayDeadLetters } from '@switchboard/ledger';
import { actor, addIntegration, noKafka, record, rows } from '@switchboard/ledger/spec-kit';
import { broken, delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, settled } = ledger;

test('a waiting row uses the mapping at its next attempt, whatever the rules say by then', async () => {
  await addIntegration(ledger.db, 'one');
  const change = (mapping: object, rules: object[]) =>
    ledger.db.query(`update integrations set mapping = $1, rules = $2, updated_at = now()`, [
      mapping,
      JSON.stringify(rules),
    ]);
  await change({ why: 'data.raeson' }, []);
  const { take } = start([
    sinkThat(async (_event, { mapped }) =>
      mapped['why'] === undefined ? broken('it has no field "why"') : delivered(String(mapped['why'])),
    ),
  ]);
  await take([record('e', { data: { reason: 'angry' } })]);
  await eventually(async () =>
    expect((await rows(ledger.db))[0]).toMatchObject({ state: 'waiting', calls: 1 }),
  );
  await change({ why: { from: 'data.reason', transform: 'upper' } }, [{ type: 'lead.qualified' }]);
  const [row] = await settled(1);
  expect(row).toMatchObject({ state: 'delivered', reference: 'ANGRY', attempts: 1 });
});

test('a required field is checked at each attempt: after a corrected mapping a dead delivery can be replayed', async () => {
  await addIntegration(ledger.db, 'one');
  const map = (from: string) =>
    ledger.db.query(`update integrations set mapping = $1, updated_at = now()`, [
      { why: { from, required: true } },
    ]);
  await map('data.raeson');
  const { take } = start([sinkThat(async (_event, { mapped }) => delivered(String(mapped['why'])))]);
  await take([record('e', { data: { reason: 'angry' } })]);
  expect(await settled(1)).toMatchObject([{ state: 'dead', calls: 0 }]);
  await map('data.reason');
  // A running sink sees the change with its next heartbeat; a delivery that is replayed before that dies again.
  await eventually(async () => {
    await replayDeadLetters(ledger.db, noKafka, { filter: {} }, { actor });
    expect(await rows(ledger.db)).toMatchObject([{ state: 'delivered', reference: 'angry', attempts: 1 }]);
  });
});
