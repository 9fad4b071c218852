// Bodies of events as senders make them, for the benches.
import { events as catalogue } from '@switchboard/contracts';
import type { BodyOf } from './fill.ts';
import { answerMessage, customerMessage } from './sentences.ts';

const VALUE_BYTES = 600;

/** An enriched event, of the usual size. */
export const enriched: BodyOf = ({ number, type, conversation, time }) => {
  const example = catalogue.find((event) => event.type === type)?.example;
  const event = {
    event: type,
    timestamp: time,
    data: { ...example, conversation_id: conversation, number, padding: '' },
    enrichment: { version: 1 },
  };
  const missing = VALUE_BYTES - JSON.stringify(event).length;
  return JSON.stringify({ ...event, data: { ...event.data, padding: '-'.repeat(Math.max(0, missing)) } });
};

/** An event with words to read: a question and its answer. */
export const withMessages: BodyOf = ({ number, type, conversation, time }) =>
  JSON.stringify({
    event: type,
    timestamp: time,
    data: {
      conversation_id: conversation,
      number,
      messages: [
        { role: 'user', content: customerMessage(number) },
        { role: 'assistant', content: answerMessage(number) },
      ],
    },
  });

/** An event in which nobody says anything. */
export const withoutText: BodyOf = ({ number, type, conversation, time }) =>
  JSON.stringify({
    event: type,
    timestamp: time,
    data: {
      conversation_id: conversation,
      session_id: `session_${number}`,
      site_url: 'https://shop.example.com',
      page_url: `https://shop.example.com/articles/${number % 300}`,
      country: 'EE',
      language: 'et',
      number,
    },
  });
