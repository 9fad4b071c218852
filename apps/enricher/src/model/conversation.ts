// Gets the messages of an event's conversation: from the event, or from the platform within a time limit. The deadline of the
// model counts from the acceptance of the event; the time limits of fetching count from the start of processing.
import type { EventToAnalyse, Message } from '@switchboard/analysis';
import type { ConversationDetails } from '@switchboard/contracts';

/** What the platform knows about an event's conversation. */
export interface Conversation {
  readonly details?: ConversationDetails | undefined;
  readonly messages?: readonly Message[] | undefined;
}

/** Fetches one conversation from the platform. Both calls have a time limit, and return undefined when there is nothing. */
export interface ConversationFetch {
  details(): Promise<ConversationDetails | undefined>;
  /** The messages of the whole conversation, oldest first. */
  messages(): Promise<readonly Message[] | undefined>;
}

/** The event with all messages of its conversation if the platform gave them; else with the event's own messages. */
export function withMessages<Event extends EventToAnalyse>(
  event: Event,
  { messages, details }: Conversation,
): Event {
  if (messages !== undefined && messages.length > 0) return { ...event, messages };
  if (event.messages.length > 0 || details === undefined) return event;
  const gist = [details.first_message, details.summary].flatMap((text) =>
    text ? [{ text, customer: true }] : [],
  );
  return { ...event, messages: gist };
}

/** Fetches for the local analyser: messages only when the event and the details contain no text. */
export async function fetchForLocal(event: EventToAnalyse, fetch: ConversationFetch): Promise<Conversation> {
  const details = await fetch.details();
  const noText = withMessages(event, { details }).messages.length === 0;
  return noText ? { details, messages: await fetch.messages() } : { details };
}

/** Fetches for the model: all messages that arrive before `deadline`. The details are fetched in any case. */
export async function fetchForModel(
  event: EventToAnalyse,
  fetch: ConversationFetch,
  deadline: AbortSignal,
): Promise<Conversation> {
  if (deadline.aborted) return fetchForLocal(event, fetch);
  const details = await fetch.details();
  const fetching = fetch.messages();
  const messages = await before(deadline, fetching);
  if (messages !== 'late') return { details, messages };
  const noText = withMessages(event, { details }).messages.length === 0;
  return noText ? { details, messages: await fetching } : { details };
}

function before<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value | 'late'> {
  return new Promise((resolve, reject) => {
    const late = () => resolve('late');
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
