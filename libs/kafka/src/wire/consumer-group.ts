// Two parts of kafkajs's consumer replaced, because they act for one generation of the group on what belongs to another:
// fetched batches that outlive a rejoin, and commits that are repeated after one.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import type { Batch } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Runner from 'kafkajs/src/consumer/runner.js';

/** The offsets of the generation in which a batch was asked for; kafkajs makes new ones with every join. */
const askedWith = new WeakMap<Batch, object | null>();

/** Where reading stood in a partition before Kafka said that this offset does not exist. */
type Unreadable = Map<string, number>;
const unreadable = new WeakMap<object, Unreadable>();
const readFrom = new WeakMap<Batch, number>();

/**
 * Where reading stood before this batch when Kafka no longer had (or did not have yet) that offset and kafkajs went to the
 * beginning of the partition; undefined when the batch simply follows.
 */
export function movedFrom(batch: Batch): number | undefined {
  return readFrom.get(batch);
}

/** Puts our parts in the place of kafkajs's. */
export function installConsumerGroup(): void {
  dropStaleBatches();
  commitOnce();
  rememberUnreadable();
}

/**
 * Each broker is asked on its own, and the answer of one can make the member join again while another's is under way. That
 * answer, or a batch that waits for its turn, begins where reading stood before the join: taken in after it, everything
 * between the commit and there would be skipped. It is dropped, and read again from the commit on.
 */
function dropStaleBatches(): void {
  const { fetch } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.fetch = async function fetchMarked(nodeId) {
    const offsets = this.offsetManager;
    const batches = await fetch.call(this, nodeId);
    for (const batch of batches) {
      askedWith.set(batch, offsets);
      const key = `${batch.topic}/${batch.partition}`;
      const before = unreadable.get(offsets ?? this)?.get(key);
      if (before === undefined) continue;
      readFrom.set(batch, before);
      unreadable.get(offsets ?? this)?.delete(key);
    }
    return batches;
  };
  const { handleBatch } = Runner.prototype;
  Runner.prototype.handleBatch = async function handleCurrent(batch) {
    if (askedWith.get(batch) !== this.consumerGroup.offsetManager) return;
    await handleBatch.call(this, batch);
  };
}

/**
 * kafkajs repeats a commit that failed for some seconds, under whatever generation it has reached by then: the group would
 * go back to an offset that another member has passed. Whoever commits asks again with what is due by then.
 */
function commitOnce(): void {
  Runner.prototype.commitOffsets = async function commitOnce(offsets) {
    if (this.running) await this.consumerGroup.commitOffsets(offsets);
  };
}

function rememberUnreadable(): void {
  const { recoverFromOffsetOutOfRange } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.recoverFromOffsetOutOfRange = async function recoverRemembering(error) {
    const { topic, partition } = error;
    const offsets = this.offsetManager;
    if (offsets) {
      const known = unreadable.get(offsets) ?? new Map<string, number>();
      unreadable.set(
        offsets,
        known.set(`${topic}/${partition}`, Number(offsets.nextOffset(topic, partition))),
      );
    }
    await recoverFromOffsetOutOfRange.call(this, error);
  };
}
