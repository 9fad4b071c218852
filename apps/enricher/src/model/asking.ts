// Gets an answer from a model within limits: concurrency, circuit breaker, the tenant's budget, the event's deadline. When
// there is no answer, the result is a reason and never an error: the event goes on without.
import { type FallbackReason, InfrastructureError } from '@switchboard/contracts';
import type { ModelAnswer } from './answer.ts';
import type { Budget, Limits } from './budget.ts';
import type { HoldReason, Leave } from './circuit.ts';
import { KeyLine, type KeyLineOptions } from './key-line.ts';
import type { ModelClient, ModelError, Usage } from './model-client.ts';
import { permit } from './permit.ts';
import type { Prompt } from './prompt.ts';

/** Price of a token in millionths of a US dollar, which is that of a million tokens in dollars. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export interface AskingOptions extends KeyLineOptions {
  readonly budget: Pick<Budget, 'reserve' | 'settle'>;
  readonly price: Price;
  /** Events that ask or wait, of all keys: fewer than the service works on, so that those which ask nobody get through. */
  readonly events: number;
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

/** What came of it. `settle` writes down what it cost, once, and is called when the answer is stored: a death in between
 * leaves the reservation spent, and no second call is made for what was paid for. */
export interface Came {
  readonly asked: Asked;
  readonly settle: () => Promise<void>;
}

interface Attempt extends Came {
  /** Another answer may be a usable one. */
  readonly again?: boolean;
}

export class Asking {
  private readonly lines = new Map<string, KeyLine>();
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

  /** Why a key is left alone; undefined when it is not. */
  holdOf(apiKey: string): HoldReason | undefined {
    return this.lines.get(apiKey)?.circuit.holds(performance.now());
  }

  /** A key or its settings were changed: a problem that a person had to solve is tried again at once. */
  mended(apiKey: string): void {
    this.lines.get(apiKey)?.circuit.reopen(performance.now());
  }

  /** The model's answer, or why there is none. Throws only errors of Postgres about the budget, before the call is paid for. */
  async ask(apiKey: string, question: Question): Promise<Came> {
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

  private async askInTurn(line: KeyLine, question: Question): Promise<Came> {
    if (!(await line.turns.take(question.signal)))
      return without(question.signal.aborted ? 'deadline' : 'busy');
    try {
      const first = await this.patiently(line, question);
      return first.again ? await this.onceMore(first, line, question) : first;
    } finally {
      line.turns.give();
    }
  }

  /** An answer outside its schema is asked for once more. What the first one cost is not lost, whatever comes of it. */
  private async onceMore(first: Came, line: KeyLine, question: Question): Promise<Came> {
    const second = await this.patiently(line, question).catch((error: unknown) => {
      if (error instanceof InfrastructureError) return without('invalid_answer');
      throw error;
    });
    return {
      asked: { ...second.asked, microUsd: first.asked.microUsd + second.asked.microUsd },
      settle: async () => {
        await first.settle();
        await second.settle();
      },
    };
  }

  /** Asks, and again after a rate limit that ends in time. */
  private async patiently(line: KeyLine, question: Question): Promise<Attempt> {
    for (;;) {
      const given = await permit(line.circuit, question);
      if ('refusal' in given) return without(given.refusal);
      const last = await this.once(line, given.leave, question);
      if (!('reason' in last.asked) || last.asked.reason !== 'rate_limited') return last;
      // It cost nothing.
      await last.settle();
    }
  }

  private async once(line: KeyLine, leave: Leave, question: Question): Promise<Attempt> {
    const { budget, price, answerTokens } = this.options;
    const { tenantId, limits, signal } = question;
    const prompt = question.prompt();
    const most = {
      tokens: prompt.upperTokens + answerTokens,
      microUsd: Math.ceil(prompt.upperTokens * price.input + answerTokens * price.output),
    };
    const reservation = await budget.reserve(tenantId, most, limits, new Date()).catch((error: unknown) => {
      line.circuit.undecided(leave);
      throw error;
    });
    if (reservation === undefined) {
      line.circuit.undecided(leave);
      return without('budget');
    }
    if (signal.aborted) {
      line.circuit.undecided(leave);
      return { ...without('deadline'), settle: () => budget.settle(reservation, undefined) };
    }
    const { reply, error, news } = await line.call(leave, question, prompt);
    const usage = reply?.usage ?? error?.usage;
    const billed = reply !== undefined || (error?.billed !== false && news);
    const actual = this.costOf(
      usage ?? { inputTokens: prompt.likelyTokens, outputTokens: this.options.answerTokens },
    );
    const microUsd = billed ? actual.microUsd : 0;
    if (billed) this.options.metrics.spent(question.eventType, usage, microUsd);
    return {
      asked:
        reply === undefined
          ? { microUsd, reason: reasonOf(error as ModelError, signal) }
          : { microUsd, answer: reply.answer, model: reply.model },
      settle: () => budget.settle(reservation, billed ? actual : undefined),
      again: error?.again === true,
    };
  }

  private costOf({ inputTokens, outputTokens }: Usage): { tokens: number; microUsd: number } {
    const { input, output } = this.options.price;
    return {
      tokens: inputTokens + outputTokens,
      microUsd: Math.ceil(inputTokens * input + outputTokens * output),
    };
  }

  private line(apiKey: string): KeyLine {
    let line = this.lines.get(apiKey);
    if (line === undefined) {
      line = new KeyLine(apiKey, this.clientOf(apiKey), this.options);
      this.lines.set(apiKey, line);
    }
    return line;
  }
}

/** Nobody was asked. */
export function without(reason: FallbackReason): Came {
  return { asked: { reason, microUsd: 0 }, settle: async () => undefined };
}

function reasonOf({ code }: ModelError, signal: AbortSignal): FallbackReason {
  if (signal.aborted) return 'deadline';
  if (code === 'rate_limited' || code === 'refused' || code === 'invalid_answer') return code;
  if (code === 'too_long') return 'invalid_answer';
  if (code === 'quota' || code === 'credentials') return 'credentials';
  return 'unavailable';
}
