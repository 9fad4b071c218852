// Turns a dialogue into a script: who writes and from where, how sure the assistant is, when it escalates, how it ends.
import { feedbackLines, topics } from './catalogue.ts';
import type { Dialogue, Turn } from './dialogue.ts';
import { type Visitor, visitor } from './people.ts';
import { Random } from './random.ts';

/** Below the first value the platform reports low confidence, from the second on high confidence. */
export const LOW_CONFIDENCE = 0.6;
export const HIGH_CONFIDENCE = 0.9;

/** For dialogues of a file that do not say whether they escalate or qualify. */
const ESCALATED_SHARE = 0.15;
const QUALIFIED_SHARE = 0.1;

export interface ScriptedTurn extends Turn {
  /** Seconds from the start. */
  at: number;
  confidence?: number;
  /** The answer failed once before it was sent. */
  failedFirst: boolean;
}

/** A dialogue with all that the events need. */
export interface Script {
  topic: string;
  page: string;
  visitor: Visitor;
  turns: ScriptedTurn[];
  /** Index of the turn after which the address of the customer is known. */
  identifiedAfter: number | undefined;
  escalation:
    | { after: number; reason: string; triggers: string[]; priority: string; teamMember: string }
    | undefined;
  score: number | undefined;
  outcome: 'resolved' | 'abandoned' | 'ended';
  satisfaction: number | undefined;
  feedback: string | undefined;
  /** Seconds from the start to the end. */
  lasts: number;
}

/** Completes a dialogue. The same dialogue, seed and number give the same script. */
export function writeScript(dialogue: Dialogue, seed: string, number: number): Script {
  const random = new Random(`script:${seed}:${number}`);
  const drawn = visitor(random, number);
  const known = topics.find((topic) => topic.topic === dialogue.topic);
  const escalates = dialogue.escalate ?? random.chance(ESCALATED_SHARE);
  const score = dialogue.qualify ?? (random.chance(QUALIFIED_SHARE) ? random.whole(52, 98) : false);
  const turns = timed(dialogue.turns, escalates, random);
  const lastCustomer = turns.findLastIndex((turn) => turn.sender === 'customer');
  // A conversation without answers cannot be resolved.
  const answered = turns.some((turn) => turn.sender !== 'customer');
  const abandoned = !escalates && score === false && random.chance(answered ? 0.15 : 0.5);
  const resolved = answered && !abandoned && random.chance(escalates ? 0.4 : 0.85);
  return {
    topic: dialogue.topic ?? 'general',
    page: known?.page ?? '/help',
    visitor: {
      ...drawn,
      language: dialogue.language ?? drawn.language,
      name: dialogue.customer?.name ?? drawn.name,
      email: dialogue.customer?.email ?? drawn.email,
    },
    turns,
    identifiedAfter: score !== false || random.chance(0.45) ? Math.max(lastCustomer, 0) : undefined,
    escalation: escalates
      ? escalation(turns, known?.triggers ?? ['confidence_below_threshold'], random)
      : undefined,
    score: score === false ? undefined : score,
    outcome: abandoned ? 'abandoned' : resolved ? 'resolved' : 'ended',
    satisfaction:
      !abandoned && random.chance(0.4) ? random.whole(resolved ? 3 : 1, resolved ? 5 : 4) : undefined,
    feedback: !abandoned && random.chance(0.08) ? random.pick(feedbackLines) : undefined,
    lasts: (turns.at(-1)?.at ?? 0) + random.whole(5, 90),
  };
}

function timed(turns: readonly Turn[], escalates: boolean, random: Random): ScriptedTurn[] {
  const lastAnswer = turns.findLastIndex((turn) => turn.sender === 'ai');
  let at = 0;
  return turns.map((turn, index) => {
    if (index > 0) at += turn.sender === 'ai' ? random.whole(1, 4) : random.whole(12, 75);
    if (turn.sender !== 'ai') return { ...turn, at, failedFirst: false };
    const confidence = escalates && index === lastAnswer ? random.share(0.12, 0.55) : random.share(0.5, 0.99);
    return { ...turn, at, confidence, failedFirst: random.chance(0.015) };
  });
}

function escalation(
  turns: ScriptedTurn[],
  triggers: readonly string[],
  random: Random,
): NonNullable<Script['escalation']> {
  // If an agent speaks, the escalation was just before; else after the customer's last words.
  const human = turns.findIndex((turn, index) => turn.sender === 'agent' && index > 0);
  const lastCustomer = turns.findLastIndex((turn) => turn.sender === 'customer');
  return {
    after: human > 0 ? human - 1 : Math.max(lastCustomer, 0),
    reason: random.pick(['low_confidence', 'low_confidence', 'customer_request', 'negative_sentiment']),
    triggers: [...triggers],
    priority: random.pick(['normal', 'high', 'high', 'urgent']),
    teamMember: random.pick(['agent_kaur', 'agent_brandt', 'agent_ilves', 'agent_mbeki']),
  };
}
