// Finds out of which integrations due rows wait outside memory. Two questions, each with a bounded cost: which integrations
// have rows that became due just now (whoever put them there), and what waits for those that are in doubt, a limited number
// of integrations at a time. Integrations of which nothing may go out are not asked about, however many rows they have.
import type { Ledger } from '@switchboard/ledger';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import type { IntegrationQueues } from '../queue/integration-queues.ts';

/** Integrations that one look asks about. */
const ASKED_AT_ONCE = 32;
/** A row may be seen so long after the time at which it is due: the transaction that wrote it had to end first. */
const MARGIN_SECONDS = 2;
/** After a longer pause between two looks it is left to the rounds. */
const LONGEST_LOOK_BACK_SECONDS = 60;
/** What becomes due so soon is worth waking up for. */
const AHEAD_SECONDS = 0.1;
/** What both questions miss, as a row whose transaction took longer, is found within so many looks. */
const LOOKS_FOR_ALL = 300;

/** What a look found. */
export interface Looked {
  /** Integrations with due rows. */
  readonly due: readonly IntegrationQueue[];
  /** In how many seconds the next row is due, as far as that was asked; 0 where more are in doubt. */
  readonly soonest: number;
}

/** Looks of one process. */
export class DueLook {
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** Where those in doubt are looked for next, and where the rounds of all go on. */
  private doubtful = 0;
  private round = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly queues: IntegrationQueues,
  ) {}

  /** Asks the ledger, and tells each integration what waits for it. */
  async look(): Promise<Looked> {
    let soonest = await this.coming();
    const { asked, more } = this.choose();
    if (asked.length === 0) return { due: [], soonest };
    const before = asked.map(({ backlog }) => backlog.invalidations);
    const answers = await this.ledger.backlog(asked.map(({ identity }) => identity.integrationId));
    const known = new Map(answers.map(({ id, dueSeconds }) => [id, dueSeconds]));
    const due: IntegrationQueue[] = [];
    for (const [index, queue] of asked.entries()) {
      const seconds = known.get(queue.identity.integrationId);
      queue.backlog.answered(seconds, before[index] as number);
      if (seconds === undefined) continue;
      if (seconds <= 0) due.push(queue);
      else soonest = Math.min(soonest, seconds);
    }
    // Where all of them have due rows, the others have their turn when there is room for these.
    return { due, soonest: more && due.length < asked.length ? 0 : soonest };
  }

  /** Puts integrations in doubt whose rows became due since the last look. Answers when the next one will. */
  private async coming(): Promise<number> {
    const now = performance.now();
    const since = Math.min((now - this.lookedAt) / 1000, LONGEST_LOOK_BACK_SECONDS) + MARGIN_SECONDS;
    const found = await this.ledger.comingDue(since, AHEAD_SECONDS);
    this.lookedAt = now;
    let soonest = Number.POSITIVE_INFINITY;
    for (const { id, dueSeconds } of found) {
      const queue = this.queues.get(id);
      if (queue === undefined) continue;
      if (dueSeconds > 0) soonest = Math.min(soonest, dueSeconds);
      else if (queue.backlog.state !== 'due') queue.backlog.invalidate();
    }
    return soonest;
  }

  /** Those in doubt, each in its turn, and a few of the others. `more`: not all of those in doubt. */
  private choose(): { asked: IntegrationQueue[]; more: boolean } {
    const all = this.queues.all();
    const now = performance.now();
    const asked: IntegrationQueue[] = [];
    const from = this.doubtful;
    for (let step = 0; step < all.length && asked.length < ASKED_AT_ONCE; step += 1) {
      const index = (from + step) % all.length;
      const queue = all[index] as IntegrationQueue;
      if (queue.backlog.isKnown || !queue.canDeliver(now)) continue;
      asked.push(queue);
      this.doubtful = index + 1;
    }
    const more = asked.length === ASKED_AT_ONCE;
    for (let step = Math.ceil(all.length / LOOKS_FOR_ALL); step > 0; step -= 1) {
      this.round = (this.round + 1) % all.length;
      const queue = all[this.round] as IntegrationQueue;
      if (queue.backlog.isKnown && queue.canDeliver(now)) asked.push(queue);
    }
    return { asked, more };
  }
}
