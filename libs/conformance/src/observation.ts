// Observes what the code of a sink does besides its calls: log lines, reads of the environment, connections, and time
// spent. What the runtime does for it in between does not count.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DeliveryOutcome, Sink, SinkContext, SinkHttp } from '@switchboard/sink';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

/** What was observed of one delivery. */
export interface Observation {
  /** What the sink returned, before the runtime masked the secrets in it. */
  outcome?: DeliveryOutcome;
  readonly lines: LogLine[];
  /** Names of environment variables that were read. */
  readonly env: string[];
  /** Connections that the sink opened itself. */
  connections: number;
  /** The `endpoint` of each call, a label of metrics. */
  readonly endpoints: string[];
  /** Time during which no call was in flight. */
  outsideCallsMs: number;
}

export function newObservation(): Observation {
  return { lines: [], env: [], connections: 0, endpoints: [], outsideCallsMs: 0 };
}

/** Set while the code of a sink runs. */
const current = new AsyncLocalStorage<Observation | undefined>();

/** The same sink, observed. `timeoutMs` is an upper limit for the timeout of the nth call (the first is 1). */
export function observed(sink: Sink, observation: Observation, timeoutMs: (nth: number) => number): Sink {
  return {
    ...sink,
    deliver: (event, ctx) =>
      current.run(observation, async () => {
        const timer = outsideCalls();
        try {
          observation.outcome = await sink.deliver(
            event,
            observedContext(ctx, observation, timer, timeoutMs),
          );
          return observation.outcome;
        } finally {
          observation.outsideCallsMs += timer.end();
        }
      }),
  };
}

function observedContext<Config>(
  ctx: SinkContext<Config>,
  observation: Observation,
  timer: ReturnType<typeof outsideCalls>,
  timeoutMs: (nth: number) => number,
): SinkContext<Config> {
  let calls = 0;
  const observedCall =
    (call: SinkHttp['get']): SinkHttp['get'] =>
    (url, options = {}) => {
      calls += 1;
      observation.endpoints.push(options.endpoint ?? '');
      const bounded = Math.min(options.timeoutMs ?? Number.POSITIVE_INFINITY, timeoutMs(calls));
      return timer.duringCall(() =>
        current.run(undefined, () => call(url, { ...options, timeoutMs: bounded })),
      );
    };
  const write = (level: LogLine['level']) => (fields: object, sentence: string) =>
    void observation.lines.push({ level, text: `${sentence} ${JSON.stringify(fields)}` });
  const observedHttp = ({ get, post, put, patch, delete: remove }: SinkHttp): SinkHttp => ({
    get: observedCall(get),
    post: observedCall(post),
    put: observedCall(put),
    patch: observedCall(patch),
    delete: observedCall(remove),
  });
  return {
    ...ctx,
    http: observedHttp(ctx.http),
    step: (name, fn) => ctx.step(name, (http) => fn(observedHttp(http))),
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  };
}

/** Measures the time during which no call of the sink is in flight. */
function outsideCalls() {
  let since = performance.now();
  let total = 0;
  let openCalls = 0;
  return {
    async duringCall<T>(work: () => Promise<T>): Promise<T> {
      if (openCalls++ === 0) total += performance.now() - since;
      try {
        return await work();
      } finally {
        if (--openCalls === 0) since = performance.now();
      }
    },
    end: () => total + (openCalls === 0 ? performance.now() - since : 0),
  };
}

let active = 0;
let restore = (): void => undefined;

/** Observes the environment, the console and sockets while `work` runs. */
export async function observing<T>(work: () => Promise<T>): Promise<T> {
  if (active++ === 0) restore = install();
  try {
    return await work();
  } finally {
    if (--active === 0) restore();
  }
}

function install(): () => void {
  const undo = [observeEnvironment(), observeConsole()];
  const onSocket = () => {
    const observation = current.getStore();
    if (observation !== undefined) observation.connections += 1;
  };
  subscribe('net.client.socket', onSocket);
  return () => {
    unsubscribe('net.client.socket', onSocket);
    for (const restoreOne of undo) restoreOne();
  };
}

function observeEnvironment(): () => void {
  const real = process.env;
  const record = (name: string | symbol) => void current.getStore()?.env.push(String(name));
  const proxy = new Proxy(real, {
    get(env, name) {
      record(name);
      return Reflect.get(env, name);
    },
    has(env, name) {
      record(name);
      return Reflect.has(env, name);
    },
    ownKeys(env) {
      record('all variables');
      return Reflect.ownKeys(env);
    },
  });
  process.env = proxy;
  return () => {
    process.env = real;
  };
}

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

function observeConsole(): () => void {
  const undo = Object.entries(LEVELS).map(([name, level]) => {
    const method = name as keyof typeof LEVELS;
    const real = console[method];
    console[method] = (...given: unknown[]) => {
      const observation = current.getStore();
      if (observation === undefined) real.apply(console, given);
      else observation.lines.push({ level, text: given.map(toText).join(' ') });
    };
    return () => {
      console[method] = real;
    };
  });
  return () => {
    for (const restoreOne of undo) restoreOne();
  };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
