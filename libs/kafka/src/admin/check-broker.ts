// Readiness: does a broker answer? Asked by probes of several kinds at once, so one answer serves for a moment.
import { KafkaUnavailableError } from '../errors.ts';
import type { KafkaSettings } from '../records.ts';
import { withAdmin } from './admin.ts';

const FRESH_MS = 2000;
const TIMEOUT_MS = 2000;

const answers = new WeakMap<KafkaSettings, { readonly at: number; readonly answer: Promise<void> }>();
/** The broker that answered last: whoever is away is not asked first again. */
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
    `asking Kafka at ${brokers.join(', ')}: none of them answers; check the brokers that KAFKA_BROKERS names`,
    { cause: new AggregateError(failures) },
  );
}

/** Who connects asks for the versions that the broker speaks, and signs in: that is an answer. */
function ask(settings: KafkaSettings): Promise<void> {
  const visit = { doing: 'asking Kafka', retries: 0, timeoutMs: TIMEOUT_MS };
  return withAdmin(settings, visit, () => Promise.resolve());
}
