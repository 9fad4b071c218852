// A way to one broker that understands Kafka's frames: answers to one kind of request can be held back, requests and
// answers can be changed. For tests of what a client does when brokers answer late or refuse.
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Numbers of requests in Kafka's protocol. */
export const FETCH = 1;
export const PRODUCE = 0;
export const LIST_OFFSETS = 2;
export const JOIN_GROUP = 11;

const NOT_LEADER = 6;

/** Changes a whole frame, its length in front; returns it with the same length, or undefined for one that is not meant. */
export type Change = (frame: Buffer) => Buffer | undefined;

export interface KafkaProxy {
  /** Where clients connect to. */
  readonly port: number;
  /** How many answers are held back now. */
  readonly held: number;
  /** Holds back answers to requests of this kind until `release()`. */
  hold(api: number): void;
  release(): void;
  /** Changes the next requests of this kind, `times` of them. */
  changeRequests(api: number, times: number, change: Change): void;
  /** Changes the next answers to requests of this kind, `times` of them. */
  changeAnswers(api: number, times: number, change: Change): void;
  close(): Promise<void>;
}

interface Changes {
  readonly api: number;
  readonly change: Change;
  left: number;
}

/**
 * Listens on a free port of loopback in front of the broker at `target`, a port there. Meddles with clients of this id
 * alone: brokers copy partitions from each other on the same way.
 */
export async function startKafkaProxy(target: number, clientId: string): Promise<KafkaProxy> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const requests: Changes[] = [];
  const answers: Changes[] = [];
  let heldApi: number | undefined;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const asked = new Map<number, number>();
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const toBroker = (frame: Buffer): void => {
      const api = frame.readInt16BE(4);
      const ours = frame.toString('utf8', 14, 14 + Math.max(0, frame.readInt16BE(12))) === clientId;
      if (ours) asked.set(frame.readInt32BE(8), api);
      upstream.write(ours ? changed(requests, api, frame) : frame);
    };
    const toClient = (frame: Buffer): void => {
      const api = asked.get(frame.readInt32BE(4)) ?? -1;
      asked.delete(frame.readInt32BE(4));
      const pass = (): void => void client.write(changed(answers, api, frame));
      if (api === heldApi) waiting.push(pass);
      else pass();
    };
    client.on('data', framesTo(toBroker));
    upstream.on('data', framesTo(toClient));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get held() {
      return waiting.length;
    },
    hold(api) {
      heldApi = api;
    },
    release() {
      heldApi = undefined;
      for (const pass of waiting.splice(0)) pass();
    },
    changeRequests: (api, left, change) => void requests.push({ api, left, change }),
    changeAnswers: (api, left, change) => void answers.push({ api, left, change }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function changed(all: Changes[], api: number, frame: Buffer): Buffer {
  const one = all.find((each) => each.api === api && each.left > 0);
  const other = one?.change(frame);
  if (one === undefined || other === undefined) return frame;
  one.left -= 1;
  return other;
}

/** Cuts a stream into frames: four bytes of length, then so many bytes. */
function framesTo(take: (frame: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      take(Buffer.from(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
  };
}

const MEMBER_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/;

/** The same request from a member whom the broker does not know. */
export function fromUnknownMember(request: Buffer): Buffer {
  const other = request.toString('latin1').replace(MEMBER_ID, (id) => '0'.repeat(id.length));
  return Buffer.from(other, 'latin1');
}

/** A Fetch answer (version 11) whose first batch is compressed with a codec that does not exist. */
export function unknownCodec(answer: Buffer): Buffer | undefined {
  const topicAt = 22;
  if (answer.readInt32BE(topicAt - 4) === 0) return undefined;
  const batchAt = topicAt + 2 + answer.readInt16BE(topicAt) + 4 + 42;
  if (answer.readInt32BE(batchAt - 4) <= 0) return undefined;
  answer.writeInt16BE(6, batchAt + 21);
  return answer;
}

/** A Fetch answer (version 11) with a failure of the broker that clients repeat (KAFKA_STORAGE_ERROR). */
export function storageError(answer: Buffer): Buffer | undefined {
  const topicAt = 22;
  if (answer.readInt32BE(topicAt - 4) === 0) return undefined;
  answer.writeInt16BE(56, topicAt + 2 + answer.readInt16BE(topicAt) + 8);
  return answer;
}

/** A ListOffsets answer (version 3) that says of its first partition that this broker does not lead it. */
export function notLeaderForOffsets(answer: Buffer): Buffer {
  const topicAt = 16;
  answer.writeInt16BE(NOT_LEADER, topicAt + 2 + answer.readInt16BE(topicAt) + 4 + 4);
  return answer;
}

/** A Fetch answer (version 11) that says of its first partition that this broker does not lead it. */
export function notLeader(answer: Buffer): Buffer | undefined {
  const topicAt = 22;
  if (answer.readInt32BE(topicAt - 4) === 0) return undefined;
  const partitionAt = topicAt + 2 + answer.readInt16BE(topicAt) + 4;
  answer.writeInt16BE(NOT_LEADER, partitionAt + 4);
  return answer;
}
