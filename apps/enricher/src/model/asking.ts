// Gets an answer from a model within limits: its turn, its circuit, its tenant's budget, the time that an event has. What
// cannot be had is a reason, never an error: the event goes on without.
import type { FallbackReason } from '@switchboard/contracts';
import type { ModelAnswer } from './answer.ts';
import type { Budget, Limits } from './budget.ts';
import { Circuit } from './circuit.ts';
import { type ModelClient, ModelError, type Usage } from './model-client.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { permit } from './permit.ts';
import type { Prompt } from './prompt.ts';
import { Turns } from './turns.ts';

/** Price of a token in millionths of a US dollar, which is that of a million tokens in dollars. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export interface AskingOptions {
  readonly budget: Pick<Budget, 'reserve' | 'settle'>;
  readonly metrics: ModelMetrics;
  readonly price: Price;
  /** Calls at a time with one key. */
  readonly concurrency: number;
  /** Events that ask or wait, of all keys: fewer than the service works on, so that those which ask nobody get through. */
  readonly events: number;
  /** Longest call. */
  readonly timeoutMs: number;
  /** Tokens of an answer at most. */
  readonly answerTokens: number;
}

/** What is asked, for whom, and until when. */
export interface Question {
  readonly tenantId: string;
  readonly eventType: string;
  readonly limits: Limits;
  readonly prompt: () => Prompt;
  /** When its time is over, on the clock of `performance.now()`; `signal` ends all waiting and every call then. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/** What came of asking, and what it cost. */
export type Asked = { readonly microUsd: number } & (
  | { readonly answer: ModelAnswer; readonly model: string }
  | { readonly reason: FallbackReason }
);

/** What came of it, and the writing down of what it cost, which must be done. */
interface Settled {
  readonly asked: Asked;
  readonly settle: () => Promise<void>;
}

/** One model under one key. */
interface Line {
  readonly client: ModelClient;
  readonly circuit: Circuit;
  readonly turns: Turns;
  /** Events that ask or wait. */
  under: number;
}

const DEFAULT_HOLD_MS = 1_000;
/** Who is told to come back at once would go round and round. */
const SHORTEST_HOLD_MS = 200;
/** So many calls of a key may wait for each that is under way. */
const LINE = 3;

export class Asking {
  private readonly lines = new Map<string, Line>();
  private under = 0;

  constructor(
    private readonly options: AskingOptions,
    private readonly clientOf: (apiKey: string) => ModelClient,
  ) {}

  /** Keys that are left alone now, by reason. */
  held(now: number): ReadonlyMap<FallbackReason, number> {
    const counts = new Map<FallbackReason, number>();
    for (const { circuit } of this.lines.values()) {
      const reason = circuit.holds(now);
      if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return counts;
  }

  /** The model's answer, or why there is none. Throws only what Postgres says of the budget. */
  async ask(apiKey: string, question: Question): Promise<Asked> {
    const line = this.line(apiKey);
    // A key with little under way gets in whatever others do.
    if (this.under >= this.options.events && line.under >= this.options.concurrency) return without('busy');
    this.under += 1;
    line.under += 1;
    try {
      return await this.askInTurn(line, question);
    } finally {
      line.under -= 1;
      this.under -= 1;
    }
  }

  private async askInTurn(line: Line, question: Question): Promise<Asked> {
    if (!(await line.turns.take(question.signal)))
      return without(question.signal.aborted ? 'deadline' : 'busy');
    let last: Settled;
    try {
      last = await this.patiently(line, question);
      if ('reason' in last.asked && last.asked.reason === 'invalid_answer') {
        // An answer outside its schema is asked for once more.
        await last.settle();
        const { asked, settle } = await this.patiently(line, question);
        last = { asked: { ...asked, microUsd: last.asked.microUsd + asked.microUsd }, settle };
      }
    } finally {
      line.turns.give();
    }
    // Nobody has to wait for a turn while this is written.
    await last.settle();
    return last.asked;
  }

  /** Asks, and again after a rate limit that ends in time. */
  private async patiently(line: Line, question: Question): Promise<Settled> {
    for (;;) {
      const refusal = await permit(line.circuit, question);
      if (refusal !== undefined) return unasked(refusal);
      const last = await this.once(line, question);
      if (!('reason' in last.asked) || last.asked.reason !== 'rate_limited') return last;
      await last.settle();
    }
  }

  private async once(line: Line, question: Question): Promise<Settled> {
    const { budget, price, answerTokens } = this.options;
    const { tenantId, limits, signal } = question;
    const prompt = question.prompt();
    const most = {
      tokens: prompt.upperTokens + answerTokens,
      microUsd: Math.ceil(prompt.upperTokens * price.input + answerTokens * price.output),
    };
    const reservation = await budget.reserve(tenantId, most, limits, new Date()).catch((error: unknown) => {
      line.circuit.undecided();
      throw error;
    });
    if (reservation === undefined) {
      line.circuit.undecided();
      return unasked('budget');
    }
    if (signal.aborted) {
      line.circuit.undecided();
      return { asked: without('deadline'), settle: () => budget.settle(reservation, undefined) };
    }
    const { reply, error } = await this.call(line, question, prompt);
    const usage = reply?.usage ?? error?.usage;
    const billed = reply !== undefined || error?.billed !== false;
    // Whoever cannot say what it cost is taken to have cost as much as it may.
    const actual = usage === undefined ? most : this.costOf(usage);
    const microUsd = billed ? actual.microUsd : 0;
    if (billed) this.options.metrics.spent(question.eventType, usage, microUsd);
    return {
      asked:
        reply === undefined
          ? { microUsd, reason: reasonOf(error as ModelError, signal) }
          : { microUsd, answer: reply.answer, model: reply.model },
      settle: () => budget.settle(reservation, billed ? actual : undefined),
    };
  }

  private async call({ client, circuit }: Line, { eventType, signal }: Question, prompt: Prompt) {
    const { metrics, timeoutMs } = this.options;
    const started = performance.now();
    const own = new AbortController();
    const end = () => own.abort();
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end, { once: true });
    try {
      const reply = await client.ask(prompt, own.signal);
      circuit.worked(performance.now());
      metrics.called(eventType, 'ok', performance.now() - started);
      return { reply, error: undefined };
    } catch (thrown) {
      if (!(thrown instanceof ModelError)) {
        circuit.undecided();
        throw thrown;
      }
      // Given up by our own clock: the server was too slow, or the event had no more time for it.
      const late = thrown.code === 'aborted' && !signal.aborted;
      note(circuit, late ? 'timeout' : thrown.code, thrown.retryAfterMs);
      metrics.called(eventType, late ? 'timeout' : thrown.code, performance.now() - started);
      return { reply: undefined, error: thrown };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  private costOf({ inputTokens, outputTokens }: Usage): { tokens: number; microUsd: number } {
    const { input, output } = this.options.price;
    return {
      tokens: inputTokens + outputTokens,
      microUsd: Math.ceil(inputTokens * input + outputTokens * output),
    };
  }

  private line(apiKey: string): Line {
    let line = this.lines.get(apiKey);
    if (line === undefined) {
      line = {
        client: this.clientOf(apiKey),
        circuit: new Circuit(),
        turns: new Turns(this.options.concurrency, this.options.concurrency * LINE),
        under: 0,
      };
      this.lines.set(apiKey, line);
    }
    return line;
  }
}

/** Tells a circuit how a call ended. */
function note(circuit: Circuit, code: ModelError['code'], retryAfterMs = DEFAULT_HOLD_MS): void {
  const now = performance.now();
  if (code === 'rate_limited') circuit.limited(now, Math.max(retryAfterMs, SHORTEST_HOLD_MS));
  else if (code === 'quota' || code === 'credentials') circuit.refused(now);
  else if (code === 'refused' || code === 'invalid_answer') circuit.worked(now);
  else if (code === 'aborted') circuit.undecided();
  else circuit.failed(now);
}

function unasked(reason: FallbackReason): Settled {
  return { asked: without(reason), settle: async () => undefined };
}

function without(reason: FallbackReason): Asked {
  return { reason, microUsd: 0 };
}

function reasonOf({ code }: ModelError, signal: AbortSignal): FallbackReason {
  if (signal.aborted) return 'deadline';
  if (code === 'rate_limited' || code === 'refused' || code === 'invalid_answer') return code;
  if (code === 'quota' || code === 'credentials') return 'credentials';
  return 'unavailable';
}
