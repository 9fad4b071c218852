// Gets the messages of an event's conversation: from the event, or from the platform within a time limit. The model has a
// deadline from the acceptance of the event; fetching has its own limits from the start of processing.
import type { EventToAnalyse, Message } from '@switchboard/analysis';
import type { ConversationDetails } from '@switchboard/contracts';

/** What the platform knows of an event's conversation. */
export interface Conversation {
  readonly details?: ConversationDetails | undefined;
  readonly messages?: readonly Message[] | undefined;
}

/** Asks the platform about one conversation. Both end in bounded time, and are undefined where there is nothing. */
export interface ConversationFetch {
  details(): Promise<ConversationDetails | undefined>;
  /** The words of the whole conversation, oldest first. */
  messages(): Promise<readonly Message[] | undefined>;
}

/** The event with the words of its whole conversation, where the platform gave them, else with what it carries. */
export function withWords<Event extends EventToAnalyse>(
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

/** The platform's part for an event without a model: its messages only where there are no words otherwise. */
export async function forLocal(event: EventToAnalyse, fetch: ConversationFetch): Promise<Conversation> {
  const details = await fetch.details();
  const wordless = withWords(event, { details }).messages.length === 0;
  return wordless ? { details, messages: await fetch.messages() } : { details };
}

/** The platform's part for a model, which is shown all messages that come before `deadline`; details come in any case. */
export async function forModel(
  event: EventToAnalyse,
  fetch: ConversationFetch,
  deadline: AbortSignal,
): Promise<Conversation> {
  if (deadline.aborted) return forLocal(event, fetch);
  const details = await fetch.details();
  const asked = fetch.messages();
  const messages = await before(deadline, asked);
  if (messages !== 'late') return { details, messages };
  const wordless = withWords(event, { details }).messages.length === 0;
  return wordless ? { details, messages: await asked } : { details };
}

function before<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value | 'late'> {
  return new Promise((resolve, reject) => {
    const late = () => resolve('late');
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
