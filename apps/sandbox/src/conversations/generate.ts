// Generates dialogues from the catalogue. The same seed gives the same dialogues.
import { agentLines, slots, topics } from './catalogue.ts';
import type { SupportTopic } from './support-topic.ts';
import { foreignTopics } from './catalogue-abroad.ts';
import type { Dialogue, Turn } from './dialogue.ts';
import { Random } from './random.ts';

/** Share of customers who do not write English. */
const ABROAD = 0.15;

/** The `number`-th dialogue of a seed. */
export function generateDialogue(seed: string, number: number): Dialogue {
  const random = new Random(`dialogue:${seed}:${number}`);
  // A generator of its own, so that this choice does not change the rest of the dialogue.
  const abroad = new Random(`language:${seed}:${number}`);
  const topic = abroad.chance(ABROAD) ? abroad.pick(foreignTopics) : random.pick(topics);
  const escalate = random.chance(topic.escalates);
  const qualify = !escalate && random.chance(topic.qualifies) ? random.whole(52, 98) : false;
  const language = topic.language === undefined ? {} : { language: topic.language };
  return { topic: topic.topic, ...language, turns: talk(topic, escalate, random), escalate, qualify };
}

function talk(topic: SupportTopic, escalate: boolean, random: Random): Turn[] {
  // One value per slot for the whole conversation: an order must keep its number.
  const filled = Object.fromEntries(
    Object.entries(slots).map(([slot, values]) => [slot, random.pick(values)]),
  );
  const say = (sender: Turn['sender'], template: string): Turn => ({
    sender,
    text: capitalised(template.replace(/\{(\w+)\}/g, (whole, slot: string) => filled[slot] ?? whole)),
  });
  const rounds = random.whole(1, topic.answers.length);
  const turns = [say('customer', random.pick(topic.openings))];
  for (const [at, answer] of topic.answers.slice(0, rounds).entries()) {
    turns.push(say('ai', answer));
    const reply = topic.replies[at];
    if (reply && (at + 1 < rounds || escalate || random.chance(0.6))) turns.push(say('customer', reply));
  }
  if (escalate && topic.language === undefined && random.chance(0.7))
    turns.push(say('agent', random.pick(agentLines)));
  return turns;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
