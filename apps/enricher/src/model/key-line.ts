// One model with one API key: its concurrency limit, its circuit breaker, and what each call means for the next ones.
import { Circuit, type HoldReason, type Leave } from './circuit.ts';
import { type ModelClient, ModelError } from './model-client.ts';
import type { ModelMetrics } from './model-metrics.ts';
import type { Prompt } from './prompt.ts';
import { Turns } from './turns.ts';

/** A key is left alone from now on, or no longer. */
export interface HoldChange {
  readonly apiKey: string;
  /** Whose event met with it. */
  readonly tenantId: string;
  /** Absent: the key is used again. */
  readonly reason?: HoldReason | undefined;
  readonly error?: ModelError | undefined;
}

export interface KeyLineOptions {
  readonly metrics: ModelMetrics;
  /** Calls at a time. */
  readonly concurrency: number;
  /** Longest call, which has no more time than an event. */
  readonly timeoutMs: number;
  /** Is told when a key begins to be left alone, when the reason changes, and when the key is used again. */
  readonly watch?: (change: HoldChange) => void;
}

/** Whose event a call is for, and the end of its time. */
interface CallFor {
  readonly tenantId: string;
  readonly eventType: string;
  readonly signal: AbortSignal;
}

const DEFAULT_HOLD_MS = 1_000;
/** Who is told to come back at once would go round and round. */
const SHORTEST_HOLD_MS = 200;
/** So many calls of a key may wait for each that is under way. */
const LINE = 3;

export class KeyLine {
  readonly circuit = new Circuit();
  readonly turns: Turns;
  /** Events that ask or wait. */
  under = 0;
  /** The reason for leaving it alone, as told last. */
  private told: HoldReason | undefined;

  constructor(
    private readonly apiKey: string,
    private readonly client: ModelClient,
    private readonly options: KeyLineOptions,
  ) {
    this.turns = new Turns(options.concurrency, options.concurrency * LINE);
  }

  /** One call. `news`: false where it says only what is known already, namely that the server does not answer. */
  async call(leave: Leave, { eventType, signal, tenantId }: CallFor, prompt: Prompt) {
    const { client, circuit } = this;
    const { metrics, timeoutMs } = this.options;
    const started = performance.now();
    const own = new AbortController();
    const end = () => own.abort();
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end, { once: true });
    try {
      const reply = await client.ask(prompt, own.signal);
      circuit.worked(leave);
      this.tell(tenantId);
      metrics.called(eventType, 'ok', performance.now() - started);
      return { reply, error: undefined, news: true };
    } catch (thrown) {
      if (!(thrown instanceof ModelError)) {
        circuit.undecided(leave);
        throw thrown;
      }
      const ms = performance.now() - started;
      // Given up by our own clock: the server was too slow. Given up with its event: only when it had time enough.
      const late = thrown.code === 'aborted' && (!signal.aborted || ms >= timeoutMs / 2);
      const code = late ? 'timeout' : thrown.code;
      const news = note(circuit, leave, code, thrown);
      this.tell(tenantId, thrown);
      metrics.called(eventType, code, ms);
      return { reply: undefined, error: thrown, news };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  /** Tells when the reason for leaving a key alone is another than before. Rate limits come and go: they are counted only. */
  private tell(tenantId: string, error?: ModelError): void {
    const now = this.circuit.holds(performance.now());
    const reason = now === 'rate_limited' ? this.told : now;
    if (reason === this.told) return;
    this.told = reason;
    this.options.watch?.({ apiKey: this.apiKey, tenantId, reason, error });
  }
}

/** Tells a circuit how a call ended; false where it knew. */
function note(circuit: Circuit, leave: Leave, code: ModelError['code'], error: ModelError): boolean {
  const now = performance.now();
  const { retryAfterMs = DEFAULT_HOLD_MS } = error;
  if (code === 'rate_limited') circuit.limited(leave, now, Math.max(retryAfterMs, SHORTEST_HOLD_MS));
  else if (code === 'quota' || code === 'credentials') circuit.refused(leave, now);
  else if (code === 'refused') circuit.useless('refused', leave, now, error.everyQuestion);
  else if (code === 'invalid_answer' || code === 'too_long') circuit.useless('invalid_answer', leave, now);
  else if (code === 'aborted') circuit.undecided(leave);
  else return circuit.failed(leave, now);
  return true;
}
