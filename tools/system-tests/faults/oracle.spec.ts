// The oracle itself: whole facts pass, and each way of tampering with them is reported as what it is.
import { routesOf, topics } from '@switchboard/contracts';
import { type Effect, readEffect } from './effects.ts';
import { makeLanes, postsOf } from './events.ts';
import type { DeadLetter, Row } from './facts.ts';
import type { Sent } from './load.ts';
import { type Expectation, judge } from './oracle.ts';
import { UNRECORDED } from './scenario.ts';
import { wantedRows } from './wanted.ts';

const LANES = makeLanes(
  ['acme', 'globex'].map((id) => ({ id, secret: `secret-of-${id}` })),
  2,
);
const NUMBERS = 20;

interface Tampered {
  records: Map<string, string[]>;
  deadLetters: DeadLetter[];
  rows: Row[];
  effects: Effect[];
  spooled: number;
  counted: number;
  unanswered: Map<string, number>;
  failedAttempts: Record<string, number>;
}

let sent: Map<string, Sent>;
let facts: Tampered;

beforeEach(() => {
  sent = new Map();
  for (const lane of LANES) {
    for (let number = 1; number <= NUMBERS; number += 1) {
      for (const { id, type, wanted } of postsOf(lane, number)) {
        const state = wanted === 200 ? 'accepted' : 'refused';
        sent.set(id, { tenant: lane.tenant.id, conversation: lane.conversation, number, type, state });
      }
    }
  }
  facts = wholeFacts();
});

/** What a system without fault leaves behind. */
function wholeFacts(): Tampered {
  const accepted = [...sent].filter(([, { state }]) => state === 'accepted');
  const on = (name: string) =>
    accepted.filter(([, { type }]) => routesOf(type).some((topic) => topic.name === name)).map(([id]) => id);
  const all = accepted.map(([id]) => id);
  const rows: Row[] = [];
  const effects: Effect[] = [];
  for (const [eventId, { tenant, conversation, number, type }] of accepted) {
    const lead = type === 'lead.qualified';
    if (!lead && type !== 'conversation.escalated') continue;
    const integration = `${tenant}-${lead ? 'crm' : 'slack'}`;
    rows.push({ eventId, integration, state: 'delivered' });
    for (const kind of lead ? (['contact', 'note'] as const) : (['message'] as const)) {
      effects.push(
        readEffect(kind, integration, `key ${eventId}`, `place=${tenant}/${conversation}/${number}`),
      );
    }
  }
  return {
    records: new Map([
      [topics.events.name, all],
      [topics.enriched.name, [...all]],
      ...[topics.conversations, topics.leads, topics.escalations].map(
        ({ name }) => [name, on(name)] as [string, string[]],
      ),
    ]),
    deadLetters: [],
    rows,
    effects,
    spooled: 0,
    counted: accepted.length,
    unanswered: new Map(),
    failedAttempts: {},
  };
}

/** What a scenario that brings nothing forward says. */
function nothing(): Expectation {
  return { sent, mayDouble: 0, deaths: [], planted: new Map() };
}

function found(expected: Partial<Expectation> = {}): string[] {
  const judged = judge(facts, { ...nothing(), ...expected });
  return judged.violations
    .list()
    .flatMap(({ kind, examples }) => examples.map((example) => `${kind}: ${example}`));
}

const recordsOn = (name: string): string[] => facts.records.get(name) ?? [];

test('whole facts are whole, and there is something to be wrong', () => {
  expect(found()).toEqual([]);
  expect(facts.rows.length).toBe(LANES.length * NUMBERS * 0.4);
  expect(wantedRows(sent)).toBe(facts.rows.length);
  expect([...sent.values()].some(({ state }) => state === 'refused')).toBe(true);
});

test.each([topics.enriched, topics.conversations, topics.leads, topics.escalations])(
  'an event that is missing on $name is lost',
  ({ name }) => {
    const [id] = recordsOn(name).splice(3, 1);
    expect(found()).toEqual([expect.stringMatching(`^lost: ${id} .* is not on ${name}`)]);
  },
);

test('an event that was answered 200 and is nowhere is a false 2xx', () => {
  const [id] = recordsOn(topics.events.name).splice(5, 1);
  expect(found()).toEqual([expect.stringMatching(`^false-2xx: ${id} `)]);
});

test('a refused event that left a trace is a stranger, as is one that nobody posted', () => {
  const refused = [...sent].find(([, { state }]) => state === 'refused')?.[0] ?? '';
  recordsOn(topics.enriched.name).push(refused, 'from-nowhere');
  expect(found()).toEqual([
    expect.stringMatching(`^stranger: ${refused} .*refused`),
    expect.stringMatching('^stranger: from-nowhere .*never posted'),
  ]);
});

test('an event on a topic that its type does not ask for is a stranger', () => {
  recordsOn(topics.leads.name).push(recordsOn(topics.escalations.name)[0] ?? '');
  expect(found()).toEqual([expect.stringMatching('^stranger: .* is on sales-leads')]);
});

test('a repeated record is allowed and counted, one that was overtaken is out of order', () => {
  const ids = recordsOn(topics.enriched.name);
  ids.push(ids[0] ?? '');
  expect(found()).toEqual([]);
  expect(judge(facts, nothing()).repeatedRecords).toMatchObject({
    [topics.events.name]: 0,
    [topics.enriched.name]: 1,
  });
  ids.splice(0, 2, ids[1] ?? '', ids[0] ?? '');
  expect(found().length).toBe(1);
  expect(found()[0]).toMatch(/^order: acme\/conv-0: 1 came after 2 on helpninja-enriched/);
});

test('a row that is missing, doubled, unfinished or dead is told', () => {
  const [missing] = facts.rows.splice(0, 1);
  const [doubled] = facts.rows;
  if (doubled) facts.rows.push(doubled);
  facts.rows[2] = { ...(facts.rows[2] as Row), state: 'waiting' };
  facts.rows[3] = { ...(facts.rows[3] as Row), state: 'dead' };
  const told = found().sort();
  expect(told).toEqual([
    expect.stringMatching(`^lost: ${missing?.eventId} for .* has no row`),
    expect.stringMatching('^lost: the row of .* ended as dead'),
    expect.stringMatching(`^rows: ${doubled?.eventId} for .* more than one row`),
    expect.stringMatching('^slow: .* ended as waiting'),
  ]);
});

test('a row for an integration that does not want the event is a stranger', () => {
  facts.rows.push({ ...(facts.rows[0] as Row), integration: 'globex-slack' });
  expect(found()).toEqual([expect.stringMatching('^stranger: a row of .* for globex-slack')]);
});

test('an effect that never happened is lost', () => {
  facts.effects.splice(4, 1);
  expect(found()).toEqual([expect.stringMatching('^lost: .* had no effect')]);
});

test('a repeated effect is told unless it may be, and then only under its own key and with the same body', () => {
  const [effect] = facts.effects as [Effect];
  facts.effects.push(effect);
  expect(found()).toEqual([expect.stringMatching('^doubled: 1 effects were repeated, 0 may be: ')]);
  expect(found({ mayDouble: 1 })).toEqual([]);
  facts.effects[facts.effects.length - 1] = { ...effect, key: 'another' };
  expect(found({ mayDouble: 1 })).toEqual([expect.stringMatching('under another idempotency key')]);
  facts.effects[facts.effects.length - 1] = { ...effect, digest: 'another' };
  expect(found({ mayDouble: 1 })).toEqual([expect.stringMatching('with another body')]);
});

test('an effect may be repeated once for each call that had no answer', () => {
  const [effect] = facts.effects as [Effect];
  const { eventId, integration } = facts.rows[0] as Row;
  facts.unanswered.set(`${eventId} for ${integration}`, 1);
  facts.effects.push(effect);
  expect(found()).toEqual([]);
  facts.effects.push(effect);
  expect(found()).toEqual([expect.stringMatching('^doubled: 1 effects were repeated, 0 may be: ')]);
});

describe('after a death', () => {
  const CONTACT = 0;
  const NOTE = 1;
  const delivery = () => `${facts.rows[0]?.eventId} for ${facts.rows[0]?.integration}`;
  const death = (steps?: readonly string[]) => ({
    from: 100,
    until: 110,
    claimed: new Map(steps === undefined ? [] : [[delivery(), steps]]),
  });
  /** Calls of the first lead, which has a contact and a note, at these times. */
  const calls = (index: number, ...times: readonly number[]) => {
    const [effect] = facts.effects.splice(index, 1) as [Effect];
    facts.effects.splice(index, 0, ...times.map((at) => ({ ...effect, at })));
  };
  const tooMany = [expect.stringMatching('^doubled: 1 effects were repeated, 0 may be: ')];

  test('a call whose outcome was not written may be repeated once', () => {
    calls(CONTACT, 99, 130);
    expect(found({ deaths: [death([])] })).toEqual([]);
    expect(judge(facts, { ...nothing(), deaths: [death([])] })).toMatchObject({ doubled: 1, unrecorded: 1 });
    calls(CONTACT, 99, 130, 131);
    facts.effects.splice(3, 1);
    expect(found({ deaths: [death([])] })).toEqual(tooMany);
  });

  test('one whose outcome was written may not, nor one whose step was kept', () => {
    calls(NOTE, 99, 130);
    expect(found({ deaths: [death()] })).toEqual(tooMany);
    expect(found({ deaths: [death(['contact', 'note'])] })).toEqual(tooMany);
    expect(found({ deaths: [death(['contact'])] })).toEqual([]);
  });

  test('one that was made later, or repeated before, has nothing to do with it', () => {
    calls(CONTACT, 120, 130);
    expect(found({ deaths: [death([])] })).toEqual(tooMany);
    calls(CONTACT, 80, 90);
    facts.effects.splice(2, 1);
    expect(found({ deaths: [death([])] })).toEqual(tooMany);
  });

  test('more calls than the promise says may not be open', () => {
    const lead = facts.effects[CONTACT] as Effect;
    const event = sent.get(facts.rows[0]?.eventId ?? '') as Sent;
    const open = Array.from({ length: UNRECORDED + 1 }, (_, index) => 1000 + index).map((number) => {
      sent.set(`late-${number}`, { ...event, number, state: 'open' });
      return { ...lead, number, key: `key late-${number}`, at: 99 };
    });
    facts.effects.push(...open);
    const claimed = new Map(open.map(({ number }) => [`late-${number} for ${lead.integration}`, []]));
    expect(found({ deaths: [{ from: 100, until: 110, claimed }] })).toEqual([
      `doubled: ${UNRECORDED + 1} calls were unwritten at one death, ${UNRECORDED} may be`,
    ]);
  });
});

test('two events under one idempotency key are told', () => {
  const messages = facts.effects.filter(({ kind }) => kind === 'message');
  const at = facts.effects.indexOf(messages[1] as Effect);
  facts.effects[at] = { ...(messages[1] as Effect), key: messages[0]?.key ?? '' };
  expect(found()).toEqual([expect.stringMatching('^doubled: .* its idempotency key is that of')]);
});

test('effects out of order are told, for their integration alone', () => {
  const mine = facts.effects.filter(({ kind, lane }) => kind === 'message' && lane === 'globex/conv-1');
  const [first, second] = mine.map((effect) => facts.effects.indexOf(effect)) as [number, number];
  [facts.effects[first], facts.effects[second]] = [mine[1] as Effect, mine[0] as Effect];
  const told = found();
  expect(told).toEqual([
    expect.stringMatching('^order: message globex-slack globex/conv-1: .* at the vendor'),
  ]);
});

test('an effect of no event is a stranger', () => {
  facts.effects.push({ ...(facts.effects[0] as Effect), number: NUMBERS + 1 });
  expect(found()).toEqual([expect.stringMatching('^stranger: .* is of no event')]);
});

test('dead letters are exactly those that were planted', () => {
  const planted = new Map([['poison-1', ['router', 'metrics']]]);
  const letter = (key: string, stage: string) => ({ key, stage, code: 'VALUE_MISSING' });
  facts.deadLetters.push(letter('poison-1', 'router'), letter('conv-0', 'enricher'));
  recordsOn(topics.enriched.name).push('poison-1');
  expect(found({ planted })).toEqual([
    'dead-letter: conv-0 by enricher (VALUE_MISSING) should not be there',
    'dead-letter: poison-1 by metrics is missing',
  ]);
});

test('what waits in the spool and what metrics forgot is told', () => {
  facts.spooled = 2;
  facts.counted -= 1;
  expect(found()).toEqual([
    'spool: 2 events wait in the spool',
    expect.stringMatching(`^count: metrics counted ${facts.counted} `),
  ]);
});
