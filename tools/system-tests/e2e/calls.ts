// The calls that reached the receiver, and what must hold for them in every case: order, repeats, idempotency keys.

/** A call as it arrived. */
export interface Call {
  readonly integration: string;
  /** The secret in the address it went to. */
  readonly token: string;
  /** What follows the token in the address. */
  readonly step: string;
  readonly conversation: string;
  /** Of the event, among those of its integration. */
  readonly number: number;
  /** Its idempotency key. */
  readonly key: string;
  /** How often its event had come to that address before. */
  readonly turn: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A row of the ledger; `number` is that of its event. */
export interface Row {
  readonly id: number;
  readonly integration: string;
  readonly number: number;
  readonly state: string;
  readonly attempts: number;
  readonly calls: number;
  /** Milliseconds since 1970. */
  readonly finishedAt: number | null;
}

/** A call that came again, with the one before it. */
export interface Repeat {
  readonly before: Call;
  readonly again: Call;
}

/** Names an event and its integration. */
export function eventOf({ integration, number }: Pick<Call, 'integration' | 'number'>): string {
  return `${integration} ${number}`;
}

/** Calls by something that they have in common, in the order in which they came. */
export function by(calls: readonly Call[], nameOf: (call: Call) => string): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const group = groups.get(nameOf(call));
    if (group === undefined) groups.set(nameOf(call), [call]);
    else group.push(call);
  }
  return groups;
}

/** Expects so many events to have come, each conversation's for the first time in the order of their numbers. */
export function expectAllInOrder(calls: readonly Call[], events: number): void {
  const firsts = [...by(calls, eventOf).values()].map(([first]) => first as Call);
  expect(firsts.length).toBe(events);
  for (const [lane, its] of by(firsts, ({ integration, conversation }) => `${integration} ${conversation}`)) {
    const numbers = its.map(({ number }) => number);
    expect({ lane, numbers }).toEqual({ lane, numbers: [...numbers].sort((a, b) => a - b) });
  }
}

/** Expects each step of an event to have come under one idempotency key of its own. */
export function expectOneKeyEach(calls: readonly Call[]): void {
  const keys = new Set(calls.map(({ key }) => key));
  const stepOf = (call: Call) => `${eventOf(call)} ${call.step}`;
  expect(keys.size).toBe(new Set(calls.map(stepOf)).size);
  expect(new Set(calls.map((call) => `${stepOf(call)} ${call.key}`)).size).toBe(keys.size);
}

/** Expects that no call began after the outcome of its row was written: only what was unrecorded came again. */
export function expectNoneAfterItsOutcome(calls: readonly Call[], rows: readonly Row[]): void {
  const ends = new Map(rows.map((row) => [eventOf(row), row.finishedAt]));
  const late = calls.filter((call) => call.at > (ends.get(eventOf(call)) ?? Number.NEGATIVE_INFINITY));
  expect(late).toEqual([]);
}

/** Every call of an event after its first. */
export function repeatsOf(calls: readonly Call[]): Repeat[] {
  return [...by(calls, eventOf).values()].flatMap((its) =>
    its.slice(1).map((again, index) => ({ before: its[index] as Call, again })),
  );
}
