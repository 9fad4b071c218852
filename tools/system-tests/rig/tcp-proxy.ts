// A proxy between two processes whose connection can be made slow, cut in one direction or broken.
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * `reset`: every connection is broken, and each new one at once. `latencyMs`: each way. `cut`: what goes in that
 * direction (`requests`: from the client) is held back, and delivered late when the way is open again, as TCP does.
 */
export type Condition =
  | 'normal'
  | 'reset'
  | { readonly latencyMs: number }
  | { readonly cut: 'requests' | 'answers' };

export interface TcpProxy {
  readonly port: number;
  /** From now on, for the connections that are there too. */
  become(condition: Condition): void;
  /**
   * How often a condition has met somebody: connections that were broken, pieces of data that came late, connections on
   * which something was held back or whose owner gave up meanwhile.
   */
  readonly touched: number;
  close(): Promise<void>;
}

/** Listens on a free port of loopback and passes everything on to `target`, a port there. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let condition: Condition = 'normal';
  let touched = 0;
  const touch = (): void => void (touched += 1);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    if (condition === 'reset') {
      touch();
      client.on('error', ignore).resetAndDestroy();
      return;
    }
    const pair = new Pair(client, target, touch, () => pairs.delete(pair));
    pairs.add(pair);
    pair.become(condition);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    become(next) {
      condition = next;
      if (next === 'reset') touched += pairs.size;
      for (const pair of pairs) pair.become(next);
    },
    get touched() {
      return touched;
    },
    async close() {
      const closed = closing(server);
      for (const pair of pairs) pair.become('reset');
      await closed;
    },
  };
}

/** Data that were held back arrive within this time after the way was opened. */
const HELD_MS = 50;

/** A client's connection and the one made for it. */
class Pair {
  readonly #sockets: readonly [Socket, Socket];
  readonly #requests: Way;
  readonly #answers: Way;

  constructor(client: Socket, target: number, touch: () => void, onEnd: () => void) {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    this.#sockets = [client, upstream];
    this.#requests = new Way(client, upstream, touch);
    this.#answers = new Way(upstream, client, touch);
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      // Whatever breaks one breaks the other; `end` alone leaves a half that the other side may still use.
      socket.on('error', () => this.become('reset'));
      socket.on('close', () => {
        if (client.destroyed && upstream.destroyed) onEnd();
      });
    }
  }

  become(condition: Condition): void {
    if (condition === 'reset') {
      for (const socket of this.#sockets) breakOff(socket);
      return;
    }
    const cut = typeof condition === 'object' && 'cut' in condition ? condition.cut : undefined;
    const latencyMs = typeof condition === 'object' && 'latencyMs' in condition ? condition.latencyMs : 0;
    this.#requests.become(latencyMs, cut === 'requests');
    this.#answers.become(latencyMs, cut === 'answers');
  }
}

/** One direction of a pair. */
class Way {
  readonly #from: Socket;
  readonly #queue: { readonly at: number; readonly pass: () => void }[] = [];
  readonly #touch: () => void;
  #latencyMs = 0;
  #cut = false;
  #openedAt = Number.NEGATIVE_INFINITY;

  constructor(from: Socket, to: Socket, touch: () => void) {
    this.#from = from;
    this.#touch = touch;
    from.on('data', (bytes) => {
      // What comes at once when the way opens has waited for it.
      if (performance.now() - this.#openedAt < HELD_MS) touch();
      this.#openedAt = Number.NEGATIVE_INFINITY;
      this.#later(() => to.write(bytes));
    });
    from.on('end', () => this.#later(() => to.end()));
    to.on('close', () => {
      if (this.#cut) touch();
    });
    from.pause();
  }

  become(latencyMs: number, cut: boolean): void {
    this.#latencyMs = latencyMs;
    if (this.#cut && !cut) this.#openedAt = performance.now();
    this.#cut = cut;
    if (cut) this.#from.pause();
    else this.#from.resume();
  }

  #later(pass: () => void): void {
    if (this.#latencyMs === 0 && this.#queue.length === 0) return pass();
    this.#touch();
    this.#queue.push({ at: performance.now() + this.#latencyMs, pass });
    if (this.#queue.length === 1) this.#wait();
  }

  /** One timer for all, so that nothing overtakes what came before it. */
  #wait(): void {
    const [first] = this.#queue;
    if (first === undefined) return;
    setTimeout(() => {
      this.#queue.shift();
      first.pass();
      this.#wait();
    }, first.at - performance.now());
  }
}

/** Node cannot reset a connection that it is about to end: the handle would stay, and the process with it. */
function breakOff(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function ignore(): void {}
