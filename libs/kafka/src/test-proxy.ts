// A TCP proxy in front of the broker, so that specs see real outages and lost acknowledgements.
import { createServer, connect, type Socket } from 'node:net';

/**
 * `away`: connections are cut at once. `no-answers`: requests arrive, answers are dropped. `no-coordinator`: a connection
 * that asks for a group's coordinator is cut. `unknown-member`: commits arrive under an unknown member id. `no-fetches`:
 * connections that fetch records get no answers.
 */
export type Behaviour = 'normal' | 'away' | 'no-answers' | 'no-coordinator' | 'unknown-member' | 'no-fetches';

export interface TestProxy {
  readonly address: string;
  behave(how: Behaviour): void;
  close(): Promise<void>;
}

/** API keys of Kafka's protocol. */
const FETCH = 1;
const FIND_COORDINATOR = 10;
const OFFSET_COMMIT = 8;
const MEMBER_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+/;

/** Starts a proxy for the broker at `127.0.0.1:port`. In the broker's answers it replaces the broker's address by its own. */
export async function testProxy(broker: string): Promise<TestProxy> {
  const port = Number(broker.split(':')[1]);
  const pairs = new Set<readonly [Socket, Socket]>();
  let how: Behaviour = 'normal';
  let advertised = Buffer.alloc(0);
  const real = advertisement(port);
  const server = createServer((client) => {
    if (how === 'away') {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) socket.on('close', end).on('error', end);
    let fetches = false;
    client.on('data', (bytes) => {
      const call = bytes.readInt16BE(4);
      fetches ||= call === FETCH;
      if (how === 'no-coordinator' && call === FIND_COORDINATOR) return end();
      upstream.write(how === 'unknown-member' && call === OFFSET_COMMIT ? asUnknownMember(bytes) : bytes);
    });
    upstream.on('data', (bytes) => {
      const dropped = how === 'away' || how === 'no-answers' || (how === 'no-fetches' && fetches);
      if (!dropped) client.write(replaced(bytes, real, advertised));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const own = typeof address === 'object' && address ? address.port : 0;
  advertised = advertisement(own);
  return {
    address: `127.0.0.1:${own}`,
    behave(next) {
      how = next;
      if (next === 'away') for (const [client] of pairs) client.destroy();
    },
    async close() {
      for (const [client] of pairs) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Host and port as Kafka's answers encode them. */
function advertisement(port: number): Buffer<ArrayBuffer> {
  const host = Buffer.from('127.0.0.1');
  const bytes = Buffer.alloc(2 + host.length + 4);
  bytes.writeInt16BE(host.length, 0);
  host.copy(bytes, 2);
  bytes.writeInt32BE(port, 2 + host.length);
  return bytes;
}

/** The same request with another member id. */
function asUnknownMember(request: Buffer): Buffer {
  const other = request.toString('latin1').replace(MEMBER_ID, (id) => '0'.repeat(id.length));
  return Buffer.from(other, 'latin1');
}

function replaced(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) to.copy(bytes, at);
  return bytes;
}
