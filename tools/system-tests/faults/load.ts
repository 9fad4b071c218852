// Posts events as a sender does: in order in a conversation, several conversations in parallel, at a limited rate, and
// again after a 503 or no answer.
import { openPoster } from '../../load/poster.mjs';
import { isNoAnswer, pacer, postUntilAnswered } from '../../load/posting.ts';
import { type Lane, type Post, postsOf } from './events.ts';

/** A sender that was refused for so long gives up, which the scenario then fails for. */
const PATIENCE_MS = 10 * 60_000;
/** The least part of the load that comes after the trouble. */
const TAIL = 0.1;

/** An event that was posted. */
export interface Sent {
  readonly tenant: string;
  readonly conversation: string;
  readonly number: number;
  readonly type: string;
  /** `open`: no answer yet, or never one: it may have been taken in or not. */
  state: 'open' | 'accepted' | 'refused';
}

/** The load of a scenario. */
export interface Load {
  /** As many as were asked for, or more when the trouble lasted longer. */
  readonly events: number;
  /** By the id each event must get. */
  readonly sent: ReadonlyMap<string, Sent>;
  readonly accepted: number;
  /** Answers by status; 0 counts connections that broke. */
  readonly answers: ReadonlyMap<number, number>;
  /** Answers that no sender should get, a line each. */
  readonly unexpected: readonly string[];
  readonly complete: boolean;
  /** An event that came in past the door: it counts like an accepted one, and not in `accepted`. */
  enter(id: string, event: Omit<Sent, 'state'>): void;
  /** The trouble is over: the rest may go, and as fast as may be. */
  release(): void;
  /** Posts no more; what has no answer stays open. */
  abandon(): void;
  /** Resolves when every event has its answer, or was abandoned. */
  readonly done: Promise<void>;
}

export interface LoadOptions {
  readonly url: string;
  readonly lanes: readonly Lane[];
  readonly events: number;
  /** Pace while the trouble lasts. */
  readonly perSecond: number;
  /** Pace after it. */
  readonly mostPerSecond: number;
  /** Posts of each event at the same time. */
  readonly copies: number;
}

/** Begins to post. */
export function startLoad(options: LoadOptions): Load {
  const { lanes, events, copies } = options;
  const poster = openPoster(options.url);
  const sent = new Map<string, Sent>();
  const answers = new Map<number, number>();
  const unexpected: string[] = [];
  let accepted = 0;
  let complete = false;
  let abandoned = false;
  let perSecond = options.perSecond;
  let released = false;
  const release = (): void => {
    perSecond = options.mostPerSecond;
    released = true;
  };
  const paced = pacer(() => perSecond);

  const answered = (post: Post, entry: Sent): void => {
    if (post.wanted !== 200) entry.state = 'refused';
    else if (entry.state === 'open') {
      entry.state = 'accepted';
      accepted += 1;
    }
  };
  const onAnswer = (status: number): void => void answers.set(status, (answers.get(status) ?? 0) + 1);
  const deliver = async (post: Post, entry: Sent): Promise<void> => {
    const patience = { until: performance.now() + PATIENCE_MS, abandoned: () => abandoned, onAnswer };
    const status = await postUntilAnswered(poster, post, patience);
    if (status === undefined) return;
    if (status === post.wanted) answered(post, entry);
    else if (isNoAnswer(status))
      unexpected.push(`${post.id}: no answer within ${PATIENCE_MS / 60_000} minutes`);
    else unexpected.push(`${post.id}: a post that deserves ${post.wanted} was answered ${status}`);
  };

  const walk = async (lane: Lane, share: number): Promise<void> => {
    let number = 0;
    const next = async (): Promise<void> => {
      number += 1;
      await paced();
      for (const post of postsOf(lane, number)) {
        const entry = sent.get(post.id) ?? {
          tenant: lane.tenant.id,
          conversation: lane.conversation,
          number,
          type: post.type,
          state: 'open' as const,
        };
        sent.set(post.id, entry);
        await Promise.all(Array.from({ length: copies }, () => deliver(post, entry)));
      }
    };
    // On a slow machine trouble lasts longer: there is load as long as it lasts, and some after it.
    while (!released && !abandoned) await next();
    const last = Math.max(share, number + Math.ceil(share * TAIL));
    while (number < last && !abandoned) await next();
  };
  const done = Promise.all(lanes.map((lane) => walk(lane, shareOf(lane.index, lanes.length, events)))).then(
    async () => {
      complete = true;
      await poster.close();
    },
  );
  return {
    get events() {
      return Math.max(events, accepted);
    },
    sent,
    answers,
    unexpected,
    get accepted() {
      return accepted;
    },
    get complete() {
      return complete;
    },
    enter: (id, event) => void sent.set(id, { ...event, state: 'accepted' }),
    release,
    abandon() {
      abandoned = true;
      release();
    },
    done,
  };
}

function shareOf(index: number, lanes: number, events: number): number {
  return Math.floor(events / lanes) + (index < events % lanes ? 1 : 0);
}
