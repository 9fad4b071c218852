// Plays conversations in parallel. The events of each are posted in order, unless disorder is wanted.
import { setMaxListeners } from 'node:events';
import { type ConversationDetails, detailsOf } from '../conversations/details.ts';
import type { Dialogue } from '../conversations/dialogue.ts';
import { eventsOf, type PlatformEvent } from '../conversations/events.ts';
import { writeScript } from '../conversations/script.ts';
import { type Disorder, postsOf } from './disorder.ts';
import { Pacer } from './pacer.ts';
import type { Tally } from './tally.ts';
import { UnreachableError, WebhookSender } from './webhook.ts';

const REGISTER_AT_ONCE = 100;
/** Maximum of unanswered posts in an open loop. Further ones wait. */
const MAX_IN_FLIGHT = 2_000;

export interface PlayOptions {
  url: URL;
  secret: string;
  tenant?: string | undefined;
  seed: string;
  /** Part of every conversation id, so that each run has new ids. */
  run: string;
  conversations: number;
  dialogue: (number: number) => Dialogue;
  concurrency: number;
  /** Events per second over all conversations; 0: as fast as they are answered. */
  rate: number;
  /** Number of events at one moment; the rate over time stays the same. */
  burst: number;
  /** Posts events when they are due, without waiting for earlier answers. */
  openLoop: boolean;
  disorder: Disorder;
  retries: number;
  /** Base URL of the sandbox in whose helpNINJA API these conversations are registered. */
  sandbox?: URL | undefined;
  signal: AbortSignal;
}

export interface Planned {
  details: ConversationDetails;
  events: PlatformEvent[];
}

/** The `number`-th conversation (from 1). The same seed gives the same one, except ids and times. */
export function plan(
  options: Pick<PlayOptions, 'seed' | 'run' | 'tenant' | 'dialogue'>,
  number: number,
  now: number,
): Planned {
  const dialogue = options.dialogue(number);
  const script = writeScript(dialogue, options.seed, number);
  const name = dialogue.id?.replace(/[^A-Za-z0-9_-]/g, '-');
  const conversationId = `conv_${options.run}_${String(number).padStart(5, '0')}${name ? `_${name}` : ''}`;
  // It ends now, so that no event is in the future, however fast it is played.
  const start = now - (script.lasts + 60) * 1000;
  return {
    details: detailsOf(conversationId, script, start),
    events: eventsOf(script, { conversationId, tenant: options.tenant, start }),
  };
}

/** Plays all conversations. Resolves with the reason if it had to stop early. */
export async function play(options: PlayOptions, tally: Tally): Promise<string | undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  setMaxListeners(0, signal); // Every request in flight listens to it.
  const connections = options.openLoop ? MAX_IN_FLIGHT : options.concurrency;
  const sender = new WebhookSender({ ...options, connections, signal });
  const { rate, burst, openLoop } = options;
  const pacer = new Pacer({ rate, burst, catchUp: openLoop }, signal);
  const inFlight = new Set<Promise<void>>();
  // An async generator serves its callers one after another: each batch is registered once, before it is played.
  const queue = prepared(options);
  const worker = async (): Promise<void> => {
    for (let next = await queue.next(); !next.done; next = await queue.next()) {
      const { details, events } = next.value;
      for (const { event, isRepeat } of postsOf(events, options.disorder, `${options.seed}:${details.id}`)) {
        await pacer.turn();
        const posting = post(event, isRepeat).finally(() => inFlight.delete(posting));
        inFlight.add(posting);
        if (!openLoop || inFlight.size >= MAX_IN_FLIGHT) await posting;
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
  await Promise.all([...inFlight].map((posting) => posting.catch(stopping)));
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
