// Sees what a sink does beside its calls, while its own code runs: lines it writes, the environment it reads, connections
// it opens, time it lets pass. What the runtime does for it meanwhile is not counted.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DeliveryOutcome, Sink, SinkContext, SinkHttp } from '@switchboard/sink';

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

/** What was seen of one delivery. */
export interface Witness {
  /** What the sink said, before the runtime hides the secrets in it. */
  outcome?: DeliveryOutcome;
  readonly lines: Line[];
  /** Names of environment variables. */
  readonly env: string[];
  /** Connections that are not the runtime's. */
  connections: number;
  /** As they go into metrics, without the sink's name. */
  readonly endpoints: string[];
  /** Time in which no call was under way. */
  ownMs: number;
}

export function newWitness(): Witness {
  return { lines: [], env: [], connections: 0, endpoints: [], ownMs: 0 };
}

/** Set while a sink's own code runs. */
const inside = new AsyncLocalStorage<Witness | undefined>();

/** The sink, seen by a witness. `timeoutMs` bounds its calls, the first being 1, whatever it says itself. */
export function watched(sink: Sink, witness: Witness, timeoutMs: (nth: number) => number): Sink {
  return {
    ...sink,
    deliver: (event, ctx) =>
      inside.run(witness, async () => {
        const clock = ownTime();
        try {
          witness.outcome = await sink.deliver(event, watchedContext(ctx, witness, clock, timeoutMs));
          return witness.outcome;
        } finally {
          witness.ownMs += clock.end();
        }
      }),
  };
}

function watchedContext<Config>(
  ctx: SinkContext<Config>,
  witness: Witness,
  clock: ReturnType<typeof ownTime>,
  timeoutMs: (nth: number) => number,
): SinkContext<Config> {
  let calls = 0;
  const calling =
    (call: SinkHttp['get']): SinkHttp['get'] =>
    (url, options = {}) => {
      calls += 1;
      witness.endpoints.push(options.endpoint ?? '');
      const bounded = Math.min(options.timeoutMs ?? Number.POSITIVE_INFINITY, timeoutMs(calls));
      return clock.without(() => inside.run(undefined, () => call(url, { ...options, timeoutMs: bounded })));
    };
  const write = (level: Line['level']) => (fields: object, sentence: string) =>
    void witness.lines.push({ level, text: `${sentence} ${JSON.stringify(fields)}` });
  const seen = ({ get, post, put, patch, delete: remove }: SinkHttp): SinkHttp => ({
    get: calling(get),
    post: calling(post),
    put: calling(put),
    patch: calling(patch),
    delete: calling(remove),
  });
  return {
    ...ctx,
    http: seen(ctx.http),
    step: (name, fn) => ctx.step(name, (http) => fn(seen(http))),
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  };
}

/** Time that passes while nothing is under way for the sink. */
function ownTime() {
  let since = performance.now();
  let total = 0;
  let others = 0;
  return {
    async without<T>(work: () => Promise<T>): Promise<T> {
      if (others++ === 0) total += performance.now() - since;
      try {
        return await work();
      } finally {
        if (--others === 0) since = performance.now();
      }
    },
    end: () => total + (others === 0 ? performance.now() - since : 0),
  };
}

let watching = 0;
let restore = (): void => undefined;

/** Witnesses see something only during `work`. */
export async function watch<T>(work: () => Promise<T>): Promise<T> {
  if (watching++ === 0) restore = install();
  try {
    return await work();
  } finally {
    if (--watching === 0) restore();
  }
}

function install(): () => void {
  const undo = [watchEnvironment(), watchConsole()];
  const onSocket = () => {
    const witness = inside.getStore();
    if (witness !== undefined) witness.connections += 1;
  };
  subscribe('net.client.socket', onSocket);
  return () => {
    unsubscribe('net.client.socket', onSocket);
    for (const put of undo) put();
  };
}

function watchEnvironment(): () => void {
  const real = process.env;
  const note = (name: string | symbol) => void inside.getStore()?.env.push(String(name));
  const seen = new Proxy(real, {
    get(env, name) {
      note(name);
      return Reflect.get(env, name);
    },
    has(env, name) {
      note(name);
      return Reflect.has(env, name);
    },
    ownKeys(env) {
      note('all of it');
      return Reflect.ownKeys(env);
    },
  });
  process.env = seen;
  return () => {
    process.env = real;
  };
}

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

function watchConsole(): () => void {
  const undo = Object.entries(LEVELS).map(([name, level]) => {
    const method = name as keyof typeof LEVELS;
    const real = console[method];
    console[method] = (...given: unknown[]) => {
      const witness = inside.getStore();
      if (witness === undefined) real.apply(console, given);
      else witness.lines.push({ level, text: given.map(shown).join(' ') });
    };
    return () => {
      console[method] = real;
    };
  });
  return () => {
    for (const put of undo) put();
  };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
