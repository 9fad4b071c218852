// A way to the broker that can be cut or made one-way, so that specs see real lost acknowledgements and outages.
import { createServer, connect, type Socket } from 'node:net';

/**
 * `away`: connections are cut at once. `deaf`: requests arrive, answers are swallowed. `headless`: whoever asks for a
 * group's coordinator is cut off. `estranged`: commits arrive under the name of a member that nobody knows. `unread`:
 * connections that ask for records get no answers.
 */
export type Behaviour = 'normal' | 'away' | 'deaf' | 'headless' | 'estranged' | 'unread';

export interface TestProxy {
  readonly address: string;
  behave(how: Behaviour): void;
  close(): Promise<void>;
}

/** Of Kafka's protocol. */
const FETCH = 1;
const FIND_COORDINATOR = 10;
const OFFSET_COMMIT = 8;
const MEMBER_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+/;

/** Stands in front of the broker at `127.0.0.1:port` and puts itself in place of it in the broker's own answers. */
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
      if (how === 'headless' && call === FIND_COORDINATOR) return end();
      upstream.write(how === 'estranged' && call === OFFSET_COMMIT ? estranged(bytes) : bytes);
    });
    upstream.on('data', (bytes) => {
      const swallowed = how === 'away' || how === 'deaf' || (how === 'unread' && fetches);
      if (!swallowed) client.write(replaced(bytes, real, advertised));
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

/** Host and port as they stand in Kafka's answers. */
function advertisement(port: number): Buffer<ArrayBuffer> {
  const host = Buffer.from('127.0.0.1');
  const bytes = Buffer.alloc(2 + host.length + 4);
  bytes.writeInt16BE(host.length, 0);
  host.copy(bytes, 2);
  bytes.writeInt32BE(port, 2 + host.length);
  return bytes;
}

/** The same request from a member with another id. */
function estranged(request: Buffer): Buffer {
  const other = request.toString('latin1').replace(MEMBER_ID, (id) => '0'.repeat(id.length));
  return Buffer.from(other, 'latin1');
}

function replaced(bytes: Buffer, what: Buffer, by: Buffer): Buffer {
  for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + 1)) by.copy(bytes, at);
  return bytes;
}
