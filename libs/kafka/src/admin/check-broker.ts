// Readiness: does a broker answer? Several probes ask at once, so an answer is cached for a moment.
import { KafkaUnavailableError } from '../errors.ts';
import type { KafkaSettings } from '../records.ts';
import { withAdmin } from './with-admin.ts';

const FRESH_MS = 2000;
const TIMEOUT_MS = 2000;

const answers = new WeakMap<KafkaSettings, { readonly at: number; readonly answer: Promise<void> }>();
/** The broker that answered last is asked first the next time. */
const lastGood = new WeakMap<KafkaSettings, string>();

/** Resolves when any broker answers, else rejects with KafkaUnavailableError. Asks at most every 2 s per settings object. */
export function checkBroker(settings: KafkaSettings): Promise<void> {
  const known = answers.get(settings);
  if (known && performance.now() - known.at < FRESH_MS) return known.answer;
  const answer = askInTurn(settings);
  answers.set(settings, { at: performance.now(), answer });
  return answer;
}

async function askInTurn(settings: KafkaSettings): Promise<void> {
  const good = lastGood.get(settings);
  const { brokers } = settings;
  const inTurn = good === undefined ? brokers : [good, ...brokers.filter((broker) => broker !== good)];
  const failures: unknown[] = [];
  for (const broker of inTurn) {
    try {
      await ask({ ...settings, brokers: [broker] });
      lastGood.set(settings, broker);
      return;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new KafkaUnavailableError(
    `asking Kafka at ${brokers.join(', ')}: no broker answers; check the brokers that KAFKA_BROKERS names`,
    { cause: new AggregateError(failures) },
  );
}

/** Connecting is enough: it asks for the broker's API versions, and authenticates. */
function ask(settings: KafkaSettings): Promise<void> {
  const task = { doing: 'asking Kafka', retries: 0, timeoutMs: TIMEOUT_MS };
  return withAdmin(settings, task, () => Promise.resolve());
}
