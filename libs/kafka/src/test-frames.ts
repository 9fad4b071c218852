// Frames of Kafka's protocol as the test proxy sees them: how a stream is cut into frames, and single frames changed into
// requests and answers that a broker seldom sees or gives. Field offsets: https://kafka.apache.org/protocol
/** Numbers of requests ("API keys"). */
export const PRODUCE = 0;
export const FETCH = 1;
export const LIST_OFFSETS = 2;
export const OFFSET_COMMIT = 8;
export const FIND_COORDINATOR = 10;
export const JOIN_GROUP = 11;

const NOT_LEADER_OR_FOLLOWER = 6;
const KAFKA_STORAGE_ERROR = 56;
/** A codec that does not exist. */
const UNKNOWN_CODEC = 6;

/**
 * Changes a whole frame, its four bytes of length in front. Returns a frame of the same length, or undefined when the change
 * does not apply to this frame.
 */
export type FrameChange = (frame: Buffer) => Buffer | undefined;

/** Cuts a stream into frames: four bytes of length, then so many bytes. */
export function framesTo(take: (frame: Buffer) => void): (bytes: Buffer) => void {
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

/** What every request begins with. */
export function requestHeader(frame: Buffer): { api: number; correlationId: number; clientId: string } {
  const clientIdLength = Math.max(0, frame.readInt16BE(12));
  return {
    api: frame.readInt16BE(4),
    correlationId: frame.readInt32BE(8),
    clientId: frame.toString('utf8', 14, 14 + clientIdLength),
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
  const partitionAt = firstFetchedPartition(answer);
  if (partitionAt === undefined) return undefined;
  const batchAt = partitionAt + 42;
  if (answer.readInt32BE(batchAt - 4) <= 0) return undefined;
  answer.writeInt16BE(UNKNOWN_CODEC, batchAt + 21);
  return answer;
}

/** A Fetch answer (version 11) with an error of the broker after which clients ask again. */
export function storageError(answer: Buffer): Buffer | undefined {
  return withFetchError(answer, KAFKA_STORAGE_ERROR);
}

/** A Fetch answer (version 11) that says of its first partition that this broker does not lead it. */
export function notLeader(answer: Buffer): Buffer | undefined {
  return withFetchError(answer, NOT_LEADER_OR_FOLLOWER);
}

/** A ListOffsets answer (version 3) that says of its first partition that this broker does not lead it. */
export function notLeaderForOffsets(answer: Buffer): Buffer {
  const topicAt = 16;
  answer.writeInt16BE(NOT_LEADER_OR_FOLLOWER, topicAt + 2 + answer.readInt16BE(topicAt) + 4 + 4);
  return answer;
}

function withFetchError(answer: Buffer, code: number): Buffer | undefined {
  const partitionAt = firstFetchedPartition(answer);
  if (partitionAt === undefined) return undefined;
  answer.writeInt16BE(code, partitionAt + 4);
  return answer;
}

/** Where the first partition of a Fetch answer (version 11) begins; undefined for an answer without topics. */
function firstFetchedPartition(answer: Buffer): number | undefined {
  const topicAt = 22;
  if (answer.readInt32BE(topicAt - 4) === 0) return undefined;
  return topicAt + 2 + answer.readInt16BE(topicAt) + 4;
}
