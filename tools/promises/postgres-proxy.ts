// A proxy between one process and Postgres that can harm single statements: refuse them, run them and lose the answer,
// cut the connection first, or delay them. It never changes an answer of the server.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { MessageReader, type Message, simpleQuery, StatementTexts } from './wire.ts';

/**
 * `refuse`: the server answers with an error (57014) and does nothing. `lose-answer`: the statement runs, the
 * connection breaks before the answer. `cut`: the connection breaks before the statement. A number: it is held back for
 * so many ms.
 */
export type Harm = 'refuse' | 'lose-answer' | 'cut' | number;

export interface PostgresProxy {
  readonly port: number;
  /** Nothing passes until `thaw`, as when the process is stopped. */
  freeze(): void;
  thaw(): void;
  /** Breaks every connection, and each new one at once: what a killed process still wants to say is not heard. */
  kill(): void;
  close(): Promise<void>;
}

// The server itself refuses, so that the state of a transaction is what it would be.
const REFUSAL = simpleQuery(
  `do $$ begin raise exception 'refused by the proxy' using errcode = '57014'; end $$`,
);

/** Listens on a free port of loopback; `harmOf` is asked about each statement by its text. */
export async function startPostgresProxy(
  target: number,
  harmOf: (text: string) => Harm | undefined,
): Promise<PostgresProxy> {
  const pairs = new Set<Pair>();
  let killed = false;
  let frozen: Promise<void> = Promise.resolve();
  let thaw = (): void => undefined;
  const server = createServer((client) => {
    if (killed) {
      client.destroy();
      return;
    }
    const pair = new Pair(client, target, harmOf, () => frozen);
    pairs.add(pair);
    client.on('close', () => pairs.delete(pair));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      thaw();
      frozen = new Promise((resolve) => {
        thaw = resolve;
      });
    },
    thaw: () => thaw(),
    kill() {
      killed = true;
      thaw();
      for (const pair of pairs) pair.breakOff();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      thaw();
      for (const pair of pairs) pair.breakOff();
      await closed;
    },
  };
}

/** A client's connection and the one made for it. */
class Pair {
  private readonly upstream: Socket;
  private readonly texts = new StatementTexts();
  /** Messages up to the one that asks for an answer. */
  private batch: Message[] = [];
  private passing: Promise<void> = Promise.resolve();
  /** The answer under way is not to arrive. */
  private losing = false;

  constructor(
    private readonly client: Socket,
    target: number,
    private readonly harmOf: (text: string) => Harm | undefined,
    private readonly frozen: () => Promise<void>,
  ) {
    this.upstream = connect(target, '127.0.0.1');
    for (const socket of [client, this.upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.breakOff());
      socket.on('close', () => this.breakOff());
    }
    const requests = new MessageReader(true);
    const answers = new MessageReader(false);
    client.on('data', (bytes) => {
      for (const message of requests.read(bytes)) this.collect(message);
    });
    this.upstream.on('data', (bytes) => {
      if (!this.losing) {
        void this.frozen().then(() => this.client.write(bytes));
        return;
      }
      // "Ready for query": the statement has ended.
      if (answers.read(bytes).some(({ type }) => type === 'Z')) this.breakOff();
    });
  }

  breakOff(): void {
    this.client.destroy();
    this.upstream.destroy();
  }

  /** Startup, passwords and farewells pass as they are; a statement ends with Sync or is a simple query. */
  private collect(message: Message): void {
    this.batch.push(message);
    if (!['', 'p', 'Q', 'S', 'X'].includes(message.type)) return;
    const messages = this.batch.splice(0);
    this.passing = this.passing.then(() => this.pass(messages));
  }

  private async pass(messages: readonly Message[]): Promise<void> {
    await this.frozen();
    const text = messages.map((message) => this.texts.of(message)).find((one) => one !== undefined);
    const harm = text === undefined ? undefined : this.harmOf(text);
    if (harm === 'cut') {
      this.breakOff();
      return;
    }
    if (typeof harm === 'number') await new Promise((resolve) => setTimeout(resolve, harm));
    if (harm === 'lose-answer') this.losing = true;
    this.upstream.write(harm === 'refuse' ? REFUSAL : Buffer.concat(messages.map(({ bytes }) => bytes)));
  }
}
