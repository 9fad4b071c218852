// Plays conversations side by side, each one's events in order unless disorder is asked for.
import { setMaxListeners } from 'node:events';
import { type ConversationDetails, detailsOf } from '../conversations/details.ts';
import type { Dialogue } from '../conversations/dialogue.ts';
import { eventsOf, type PlatformEvent } from '../conversations/events.ts';
import { stage } from '../conversations/script.ts';
import { type Disorder, sendingsOf } from './disorder.ts';
import { Pacer } from './pacer.ts';
import type { Tally } from './tally.ts';
import { UnreachableError, WebhookSender } from './webhook.ts';

const REGISTER_AT_ONCE = 100;
/** Posts without an answer in an open loop; more wait for one of them. */
const MOST_UNDER_WAY = 2_000;

export interface PlayOptions {
  url: URL;
  secret: string;
  tenant?: string | undefined;
  seed: string;
  /** Makes the ids of this run new: it becomes part of every conversation id. */
  run: string;
  conversations: number;
  dialogue: (number: number) => Dialogue;
  concurrency: number;
  /** Events per second over all conversations; 0 for as fast as they are answered. */
  rate: number;
  /** So many events at one moment, at the same rate over time. */
  burst: number;
  /** Events are posted when they are due, whether those before them were answered or not. */
  openLoop: boolean;
  disorder: Disorder;
  retries: number;
  /** Base URL of the sandbox whose helpNINJA API shall know these conversations. */
  sandbox?: URL | undefined;
  signal: AbortSignal;
}

export interface Planned {
  details: ConversationDetails;
  events: PlatformEvent[];
}

/** The `number`-th conversation (from 1): the same for the same seed but for its ids and times. */
export function plan(
  options: Pick<PlayOptions, 'seed' | 'run' | 'tenant' | 'dialogue'>,
  number: number,
  now: number,
): Planned {
  const dialogue = options.dialogue(number);
  const script = stage(dialogue, options.seed, number);
  const name = dialogue.id?.replace(/[^A-Za-z0-9_-]/g, '-');
  const conversationId = `conv_${options.run}_${String(number).padStart(5, '0')}${name ? `_${name}` : ''}`;
  // It is told as it ends now, so that no event lies in the future however fast it is played.
  const start = now - (script.lasts + 60) * 1000;
  return {
    details: detailsOf(conversationId, script, start),
    events: eventsOf(script, { conversationId, tenant: options.tenant, start }),
  };
}

/** Plays them all; resolves with the reason when it had to stop early. */
export async function play(options: PlayOptions, tally: Tally): Promise<string | undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  setMaxListeners(0, signal); // Every request under way listens to it.
  const connections = options.openLoop ? MOST_UNDER_WAY : options.concurrency;
  const sender = new WebhookSender({ ...options, connections, signal });
  const { rate, burst, openLoop } = options;
  const pacer = new Pacer({ rate, burst, catchUp: openLoop }, signal);
  const underWay = new Set<Promise<void>>();
  // An async generator answers its callers one after the other: a batch is registered once, before anyone plays it.
  const queue = prepared(options);
  const worker = async (): Promise<void> => {
    for (let next = await queue.next(); !next.done; next = await queue.next()) {
      const { details, events } = next.value;
      for (const { event, isRepeat } of sendingsOf(
        events,
        options.disorder,
        `${options.seed}:${details.id}`,
      )) {
        await pacer.turn();
        const posting = post(event, isRepeat).finally(() => underWay.delete(posting));
        underWay.add(posting);
        if (!openLoop || underWay.size >= MOST_UNDER_WAY) await posting;
        else posting.catch(stopping);
      }
      tally.conversations += 1;
    }
  };
  const post = async (event: PlatformEvent, isRepeat: boolean): Promise<void> => {
    const posted = await sender.post(JSON.stringify(event));
    if (isRepeat) tally.repeat(posted);
    else tally.add(event.event, posted);
  };
  const stopping = (error: unknown): void => {
    if (!stop.signal.aborted) stop.abort(error);
  };
  await Promise.all(
    Array.from({ length: Math.min(options.concurrency, options.conversations) }, () =>
      worker().catch(stopping),
    ),
  );
  await Promise.all([...underWay].map((posting) => posting.catch(stopping)));
  sender.close();
  if (options.signal.aborted) return 'interrupted';
  if (!stop.signal.aborted) return undefined;
  if (stop.signal.reason instanceof UnreachableError) return stop.signal.reason.message;
  throw stop.signal.reason;
}

async function* prepared(options: PlayOptions): AsyncGenerator<Planned, undefined> {
  for (let first = 1; first <= options.conversations; first += REGISTER_AT_ONCE) {
    const count = Math.min(REGISTER_AT_ONCE, options.conversations - first + 1);
    const batch = Array.from({ length: count }, (_, at) => plan(options, first + at, Date.now()));
    if (options.sandbox) await register(options.sandbox, options.tenant, batch, options.signal);
    yield* batch;
  }
  return undefined;
}

async function register(
  sandbox: URL,
  tenant: string | undefined,
  batch: Planned[],
  signal: AbortSignal,
): Promise<void> {
  const url = new URL('/helpninja/_conversations', sandbox);
  const conversations = batch.map(({ details }) => details);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tenant_id: tenant, conversations }),
      signal,
    });
    if (answer.ok) return;
    throw new Error(`answered ${answer.status}`);
  } catch (error) {
    throw new UnreachableError(`registering conversations at ${url.href}: failed; check --sandbox`, {
      cause: error,
    });
  }
}
