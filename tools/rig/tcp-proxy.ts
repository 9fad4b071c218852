// A way between two processes that can be made slow, cut in one direction or broken, while both ends stay as they are.
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
  close(): Promise<void>;
}

/** Listens on a free port of loopback and passes everything on to `target`, a port there. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let condition: Condition = 'normal';
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    if (condition === 'reset') {
      client.on('error', ignore).resetAndDestroy();
      return;
    }
    const pair = new Pair(client, target, () => pairs.delete(pair));
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
      for (const pair of pairs) pair.become(next);
    },
    async close() {
      const closed = closing(server);
      for (const pair of pairs) pair.become('reset');
      await closed;
    },
  };
}

/** A client's connection and the one made for it. */
class Pair {
  readonly #sockets: readonly [Socket, Socket];
  readonly #requests: Way;
  readonly #answers: Way;

  constructor(client: Socket, target: number, onEnd: () => void) {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    this.#sockets = [client, upstream];
    this.#requests = new Way(client, upstream);
    this.#answers = new Way(upstream, client);
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
  #latencyMs = 0;

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    from.on('data', (bytes) => this.#later(() => to.write(bytes)));
    from.on('end', () => this.#later(() => to.end()));
    from.pause();
  }

  become(latencyMs: number, cut: boolean): void {
    this.#latencyMs = latencyMs;
    if (cut) this.#from.pause();
    else this.#from.resume();
  }

  #later(pass: () => void): void {
    if (this.#latencyMs === 0 && this.#queue.length === 0) return pass();
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
