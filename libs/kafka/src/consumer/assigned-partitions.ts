// The partitions assigned to this member. One that is kept through a rebalance keeps its buffer. One that was lost, or was
// assigned again under a new member id, starts again from the commit, because another member may have had it in between.
import type { Topic } from '@switchboard/contracts';
import { PartitionBuffer } from './partition-buffer.ts';

export class AssignedPartitions {
  /** Topics by their names on the broker. */
  readonly #topics: ReadonlyMap<string, Topic>;
  readonly #buffers = new Map<string, PartitionBuffer>();
  /** Lost buffers whose handlers still work. */
  readonly #finishing = new Map<string, PartitionBuffer>();
  readonly #onTakenOver: (buffer: PartitionBuffer) => void;
  /** Lost since the last join. Whether another member has them shows when the group is joined again. */
  readonly #lostSinceJoin = new Map<string, PartitionBuffer>();
  #memberId: string | undefined;

  /** @param onTakenOver another member owns the partition now */
  constructor(topics: ReadonlyMap<string, Topic>, onTakenOver: (buffer: PartitionBuffer) => void) {
    this.#topics = topics;
    this.#onTakenOver = onTakenOver;
  }

  get(name: string, partition: number): PartitionBuffer | undefined {
    return this.#buffers.get(`${name}/${partition}`);
  }

  all(): PartitionBuffer[] {
    return [...this.#buffers.values()];
  }

  get count(): number {
    return this.#buffers.size;
  }

  /** Those whose watermark has moved since the last commit. */
  uncommitted(): PartitionBuffer[] {
    return this.all().filter((buffer) => buffer.committable > buffer.committed);
  }

  /** The group was joined and these partitions are assigned to us. Returns the buffers that are new. */
  assign(memberId: string, assignment: Readonly<Record<string, readonly number[]>>): PartitionBuffer[] {
    const sameMember = memberId === this.#memberId;
    this.#memberId = memberId;
    const assigned = new Set(
      Object.entries(assignment).flatMap(([name, partitions]) => partitions.map((one) => `${name}/${one}`)),
    );
    for (const [key, buffer] of this.#buffers) {
      if (sameMember && assigned.has(key)) buffer.rejoined();
      else {
        this.#lose(key, buffer);
        this.#lostSinceJoin.set(key, buffer);
      }
    }
    for (const [key, buffer] of this.#lostSinceJoin) if (!assigned.has(key)) this.#onTakenOver(buffer);
    this.#lostSinceJoin.clear();
    const fresh: PartitionBuffer[] = [];
    for (const [name, partitions] of Object.entries(assignment)) {
      const topic = this.#topics.get(name);
      if (topic === undefined) continue;
      for (const partition of partitions) {
        if (!this.get(name, partition)) fresh.push(this.#open(topic, name, partition));
      }
    }
    return fresh;
  }

  /** Replaces the buffer by a fresh one, because its offsets are no longer valid. */
  restart(buffer: PartitionBuffer): PartitionBuffer {
    this.#lose(`${buffer.name}/${buffer.partition}`, buffer);
    return this.#open(buffer.topic, buffer.name, buffer.partition);
  }

  /** We are no longer a member of the group. */
  loseAll(): void {
    this.#memberId = undefined;
    for (const [key, buffer] of this.#buffers) {
      this.#lose(key, buffer);
      this.#lostSinceJoin.set(key, buffer);
    }
  }

  /** Resolves when no handler works, not even on lost buffers. */
  async idle(): Promise<void> {
    await Promise.all(
      [...this.#buffers.values(), ...this.#finishing.values()].map((buffer) => buffer.idle()),
    );
  }

  #open(topic: Topic, name: string, partition: number): PartitionBuffer {
    const key = `${name}/${partition}`;
    const previous = this.#finishing.get(key);
    const buffer = new PartitionBuffer(topic, name, partition, previous?.finished ?? Promise.resolve());
    this.#buffers.set(key, buffer);
    return buffer;
  }

  #lose(key: string, buffer: PartitionBuffer): void {
    buffer.lose();
    this.#buffers.delete(key);
    this.#finishing.set(key, buffer);
    void buffer.finished.then(() => {
      if (this.#finishing.get(key) === buffer) this.#finishing.delete(key);
    });
  }
}
