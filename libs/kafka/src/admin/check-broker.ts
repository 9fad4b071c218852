// Readiness: does a broker answer? Asked by probes of several kinds at once, so one answer serves for a moment.
import type { KafkaSettings } from '../records.ts';
import { withAdmin } from './admin.ts';

const FRESH_MS = 2000;
const TIMEOUT_MS = 2000;

const answers = new WeakMap<KafkaSettings, { readonly at: number; readonly answer: Promise<void> }>();

/** Resolves when a broker answers, else rejects with KafkaUnavailableError. Asks at most every 2 s per settings object. */
export function checkBroker(settings: KafkaSettings): Promise<void> {
  const known = answers.get(settings);
  if (known && performance.now() - known.at < FRESH_MS) return known.answer;
  const answer = withAdmin(
    settings,
    { doing: 'asking Kafka', retries: 0, timeoutMs: TIMEOUT_MS },
    async (admin) => {
      await admin.describeCluster();
    },
  );
  answers.set(settings, { at: performance.now(), answer });
  return answer;
}
