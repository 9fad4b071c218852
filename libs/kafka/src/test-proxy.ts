// A proxy in front of one broker that understands Kafka's frames, so that specs see real outages, lost acknowledgements,
// late answers and refusals.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import {
  FETCH,
  FIND_COORDINATOR,
  type FrameChange,
  framesTo,
  fromUnknownMember,
  OFFSET_COMMIT,
  requestHeader,
} from './test-frames.ts';

/**
 * `away`: connections are cut at once. `no-answers`: requests arrive, answers are dropped. `no-coordinator`: a connection
 * that asks for a group's coordinator is cut. `unknown-member`: commits arrive under an unknown member id. `no-fetches`:
 * connections that fetch records get no answers.
 */
export type Behaviour = 'normal' | 'away' | 'no-answers' | 'no-coordinator' | 'unknown-member' | 'no-fetches';

export interface KafkaProxy {
  readonly port: number;
  /** `host:port`, as clients are given it. */
  readonly address: string;
  behave(how: Behaviour): void;
  /** Drops all bytes of the connections that exist now, both ways, and leaves them open. Later ones are served. */
  silence(): void;
  /** Holds back answers to requests of this kind until `release()`. */
  hold(api: number): void;
  release(): void;
  /** How many answers are held back now. */
  readonly held: number;
  /** Changes the next `times` requests of this kind to which the change applies. */
  changeRequests(api: number, times: number, change: FrameChange): void;
  /** Changes the next `times` answers to requests of this kind to which the change applies. */
  changeAnswers(api: number, times: number, change: FrameChange): void;
  close(): Promise<void>;
}

interface PendingChange {
  readonly api: number;
  readonly change: FrameChange;
  left: number;
}

/**
 * Listens on a free port of loopback in front of the broker at `target`, a port there. In answers it replaces the broker's
 * address by its own. With a `clientId` all frames of other clients pass as they are: brokers of a cluster copy partitions
 * from each other through the same proxy.
 */
export async function startKafkaProxy(target: number, clientId?: string): Promise<KafkaProxy> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  const requests: PendingChange[] = [];
  const answers: PendingChange[] = [];
  let heldApi: number | undefined;
  let how: Behaviour = 'normal';
  /** Grows with each silence(): a connection of an earlier era is silent. */
  let era = 0;
  let ownAddress = Buffer.alloc(0);
  const brokerAddress = encodedAddress(target);

  const server = createServer((client) => {
    if (how === 'away') {
      client.destroy();
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    const bornIn = era;
    /** The kind of each request that waits for its answer, by correlation id. */
    const asked = new Map<number, number>();
    let fetches = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    const toBroker = (frame: Buffer): void => {
      if (bornIn < era) return;
      const request = requestHeader(frame);
      if (clientId !== undefined && request.clientId !== clientId) {
        upstream.write(frame);
        return;
      }
      const { api } = request;
      fetches ||= api === FETCH;
      if (how === 'no-coordinator' && api === FIND_COORDINATOR) return end();
      asked.set(request.correlationId, api);
      const unknown = how === 'unknown-member' && api === OFFSET_COMMIT;
      upstream.write(unknown ? fromUnknownMember(frame) : changed(requests, api, frame));
    };
    const toClient = (frame: Buffer): void => {
      if (bornIn < era) return;
      if (how === 'away' || how === 'no-answers' || (how === 'no-fetches' && fetches)) return;
      const correlationId = frame.readInt32BE(4);
      const api = asked.get(correlationId) ?? -1;
      asked.delete(correlationId);
      const pass = (): void => {
        client.write(replaced(changed(answers, api, frame), brokerAddress, ownAddress));
      };
      if (api === heldApi) held.push(pass);
      else pass();
    };
    client.on('data', framesTo(toBroker));
    upstream.on('data', framesTo(toClient));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  ownAddress = encodedAddress(port);
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    address: `127.0.0.1:${port}`,
    behave(next) {
      how = next;
      if (next === 'away') cutAll();
    },
    silence() {
      era += 1;
    },
    hold(api) {
      heldApi = api;
    },
    release() {
      heldApi = undefined;
      for (const pass of held.splice(0)) pass();
    },
    get held() {
      return held.length;
    },
    changeRequests: (api, left, change) => void requests.push({ api, left, change }),
    changeAnswers: (api, left, change) => void answers.push({ api, left, change }),
    async close() {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function changed(pending: readonly PendingChange[], api: number, frame: Buffer): Buffer {
  const next = pending.find((one) => one.api === api && one.left > 0);
  const other = next?.change(frame);
  if (next === undefined || other === undefined) return frame;
  next.left -= 1;
  return other;
}

/** Host and port as Kafka's answers encode them. */
function encodedAddress(port: number): Buffer<ArrayBuffer> {
  const host = Buffer.from('127.0.0.1');
  const bytes = Buffer.alloc(2 + host.length + 4);
  bytes.writeInt16BE(host.length, 0);
  host.copy(bytes, 2);
  bytes.writeInt32BE(port, 2 + host.length);
  return bytes;
}

function replaced(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) to.copy(bytes, at);
  return bytes;
}
