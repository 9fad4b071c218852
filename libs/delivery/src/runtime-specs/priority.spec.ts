// Priority counts in the ledger too: a lead that arrives after thousands of messages does not wait for them.
import { type EventDefinition, leadQualified, messageSent } from '@switchboard/contracts';
import { addIntegration, fast, record, rows } from '@switchboard/ledger/spec-kit';
import { broken, delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger();
const { start, untilClaiming } = ledger;

const accepts = [leadQualified, messageSent] as unknown as EventDefinition[];
const MESSAGES = 3_000;
const CONVERSATIONS = 300;
const CALLS = 4;

const lead = (id: string, key: string) => {
  const data = { ...leadQualified.example, conversation_id: key };
  return record(id, { key, type: leadQualified.type, value: bodyOf(leadQualified.type, data) });
};
const message = (id: string, key: string) => {
  const data = { ...messageSent.example, conversation_id: key };
  return record(id, { key, type: messageSent.type, value: bodyOf(messageSent.type, data) });
};
const bodyOf = (event: string, data: object) => Buffer.from(JSON.stringify({ event, data }));
const backlog = () => Array.from({ length: MESSAGES }, (_, i) => message(`m${i}`, `c${i % CONVERSATIONS}`));

beforeEach(() => addIntegration(ledger.db, 'one', { delivery: { ...fast, limits: { concurrency: CALLS } } }));

test('after an outage a lead is among the first, behind the messages of its own conversation only', async () => {
  let down = false;
  const seen: string[] = [];
  const { take } = start([
    sinkThat(
      async ({ id }) => {
        if (down) return broken('no such account');
        seen.push(id);
        return delivered();
      },
      'probe',
      accepts,
    ),
  ]);
  await untilClaiming((records) => take(records.map(() => message('first', 'first'))));
  down = true;
  for (let i = 0, all = backlog(); i < all.length; i += 500) await take(all.slice(i, i + 500));
  await take([message('before', 'k'), lead('lead', 'k'), lead('other', 'z'), message('after', 'k')]);
  expect((await rows(ledger.db)).filter(({ state }) => state === 'waiting')).toHaveLength(MESSAGES + 4);
  down = false;
  await eventually(() => expect(seen).toEqual(expect.arrayContaining(['other', 'before', 'lead', 'after'])));
  expect(seen.indexOf('other')).toBeLessThan(100);
  expect(seen.filter((id) => ['before', 'lead', 'after'].includes(id))).toEqual(['before', 'lead', 'after']);
  expect(seen.indexOf('lead')).toBeLessThan(MESSAGES / 2);
});

test('a lead does not wait until most rows in memory are delivered', async () => {
  const seen: string[] = [];
  let open = (): void => undefined;
  let orderLock: Promise<void> = Promise.resolve();
  const { take } = start([
    sinkThat(
      async ({ id }) => {
        await orderLock;
        seen.push(id);
        return delivered();
      },
      'probe',
      accepts,
    ),
  ]);
  await untilClaiming((records) => take(records.map(() => message('first', 'first'))));
  orderLock = new Promise((resolve) => {
    open = resolve;
  });
  for (let i = 0, all = backlog(); i < all.length; i += 500) await take(all.slice(i, i + 500));
  await take([lead('lead', 'z')]);
  await eventually(async () => {
    const its = (await rows(ledger.db)).find(({ event }) => event === 'lead');
    expect(its).toMatchObject({ state: 'waiting', claimed: true });
  });
  expect((await rows(ledger.db)).filter(({ claimed }) => !claimed).length).toBeGreaterThan(MESSAGES / 2);
  open();
  await eventually(() => expect(seen).toContain('lead'));
  expect(seen.indexOf('lead')).toBeLessThanOrEqual(1 + CALLS);
});
