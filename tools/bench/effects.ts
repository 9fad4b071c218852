// Reads from the stand-ins of the vendors which effects arrived and when, by conversation.
import { eventually } from '@switchboard/testing';
import type { System } from '../system-tests/rig/system.ts';

const DEADLINE_MS = 120_000;
const QUIET_MS = 10_000;

/** Those who are told of an event; the platform's own stand-in is only asked. */
const VENDORS = ['hubspot', 'slack'];

interface Arrival {
  readonly index: number;
  readonly at: string;
  readonly body: unknown;
  readonly effect: boolean;
}

/**
 * When the first effect of each conversation arrived, in milliseconds since the epoch. Waits until all have one, or
 * until nothing more has come for ten seconds: what is missing then is lost.
 */
export async function firstEffects(
  system: System,
  options: { conversations: ReadonlySet<string>; note: (text: string) => void },
): Promise<Map<string, number>> {
  const { conversations, note } = options;
  const first = new Map<string, number>();
  const since = new Map<string, number>();
  let movedAt = performance.now();
  await eventually(
    async () => {
      const lists = await Promise.all(VENDORS.map((vendor) => received(system, vendor, since)));
      for (const { at, body, effect } of lists.flat()) {
        const conversation = /conv_[0-9a-f]+_\d+/.exec(JSON.stringify(body))?.[0];
        if (!effect || conversation === undefined || !conversations.has(conversation)) continue;
        if (first.has(conversation)) continue;
        first.set(conversation, Date.parse(at));
        movedAt = performance.now();
      }
      note(`${first.size.toLocaleString('en')} of ${conversations.size.toLocaleString('en')}`);
      const quiet = performance.now() - movedAt > QUIET_MS;
      if (first.size < conversations.size && !quiet) throw new Error('waiting for effects: some are missing');
    },
    { deadlineMs: DEADLINE_MS, everyMs: 500 },
  );
  return first;
}

/** What is new of a vendor. */
async function received(system: System, vendor: string, since: Map<string, number>): Promise<Arrival[]> {
  const reply = await fetch(`${system.sandbox}/_received?vendor=${vendor}&since=${since.get(vendor) ?? 0}`);
  const arrivals = (await reply.json()) as Arrival[];
  since.set(vendor, (arrivals.at(-1)?.index ?? (since.get(vendor) ?? 0) - 1) + 1);
  return arrivals;
}
