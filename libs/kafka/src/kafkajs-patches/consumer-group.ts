// Patches kafkajs's consumer where it acts in one generation of the group on what belongs to another: fetched batches that
// outlive a rejoin, and commits that are repeated after one. It also keeps what kafkajs forgets when an offset is gone.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import type { Batch } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Runner from 'kafkajs/src/consumer/runner.js';

/** The offset manager of the generation that fetched a batch; kafkajs makes a new one with every join. */
const fetchedWith = new WeakMap<Batch, object | null>();

/** The position of a partition when Kafka said that its offset is out of range, by `topic/partition`. */
type LostPositions = Map<string, number>;
const lostPositions = new WeakMap<object, LostPositions>();
const positionsBefore = new WeakMap<Batch, number>();

/**
 * The position before this batch, when Kafka no longer had (or did not yet have) that offset and kafkajs went to the
 * beginning of the partition; undefined when the batch simply follows the last one.
 */
export function positionBeforeReset(batch: Batch): number | undefined {
  return positionsBefore.get(batch);
}

/** Replaces the methods concerned. */
export function installConsumerGroup(): void {
  dropStaleBatches();
  commitOnce();
  rememberLostPositions();
}

/**
 * kafkajs asks each broker separately. The response of one can make the member join again while another's is on its way.
 * That response, or a batch that waits for its turn, begins at the position before the join. If it were accepted, the
 * records between the last commit and that position would be skipped. So it is dropped and read again from the commit on.
 */
function dropStaleBatches(): void {
  const { fetch } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.fetch = async function fetchMarked(nodeId) {
    const offsets = this.offsetManager;
    const batches = await fetch.call(this, nodeId);
    for (const batch of batches) {
      fetchedWith.set(batch, offsets);
      const key = `${batch.topic}/${batch.partition}`;
      const before = lostPositions.get(offsets ?? this)?.get(key);
      if (before === undefined) continue;
      positionsBefore.set(batch, before);
      lostPositions.get(offsets ?? this)?.delete(key);
    }
    return batches;
  };
  const { handleBatch } = Runner.prototype;
  Runner.prototype.handleBatch = async function handleCurrent(batch) {
    if (fetchedWith.get(batch) !== this.consumerGroup.offsetManager) return;
    await handleBatch.call(this, batch);
  };
}

/**
 * kafkajs repeats a failed commit for some seconds, under whatever generation it has reached by then. That can set the
 * group back to an offset that another member has passed. Our caller commits again by itself, with current offsets.
 */
function commitOnce(): void {
  Runner.prototype.commitOffsets = async function commitOnce(offsets) {
    if (this.running) await this.consumerGroup.commitOffsets(offsets);
  };
}

function rememberLostPositions(): void {
  const { recoverFromOffsetOutOfRange } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.recoverFromOffsetOutOfRange = async function recoverRemembering(error) {
    const { topic, partition } = error;
    const offsets = this.offsetManager;
    if (offsets) {
      const known = lostPositions.get(offsets) ?? new Map<string, number>();
      lostPositions.set(
        offsets,
        known.set(`${topic}/${partition}`, Number(offsets.nextOffset(topic, partition))),
      );
    }
    await recoverFromOffsetOutOfRange.call(this, error);
  };
}
