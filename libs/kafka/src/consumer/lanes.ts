// Which partitions are ours. A partition kept through a rebalance keeps its lane; one that was lost, or got back under
// a new member id, starts again from the commit, because somebody else may have had it in between.
import type { Topic } from '@switchboard/contracts';
import { Lane } from './lane.ts';

export class Lanes {
  /** Topics by their names on the broker. */
  readonly #topics: ReadonlyMap<string, Topic>;
  readonly #lanes = new Map<string, Lane>();
  /** Lost lanes whose handlers are still at work. */
  readonly #leaving = new Map<string, Lane>();
  readonly #onTakenOver: (lane: Lane) => void;
  /** Lost with our membership: whether somebody else has them shows when the group is joined again. */
  readonly #orphans = new Map<string, Lane>();
  #memberId: string | undefined;

  /** @param onTakenOver the partition is another member's now */
  constructor(topics: ReadonlyMap<string, Topic>, onTakenOver: (lane: Lane) => void) {
    this.#topics = topics;
    this.#onTakenOver = onTakenOver;
  }

  get(name: string, partition: number): Lane | undefined {
    return this.#lanes.get(`${name}/${partition}`);
  }

  all(): Lane[] {
    return [...this.#lanes.values()];
  }

  get count(): number {
    return this.#lanes.size;
  }

  /** Those whose watermark has moved since the last commit. */
  due(): Lane[] {
    return this.all().filter((lane) => lane.committable > lane.committed);
  }

  /** The group has been joined and gave us these partitions. Returns the lanes that are new. */
  assign(memberId: string, assignment: Readonly<Record<string, readonly number[]>>): Lane[] {
    const sameMember = memberId === this.#memberId;
    this.#memberId = memberId;
    const kept = new Set(
      Object.entries(assignment).flatMap(([name, those]) => those.map((one) => `${name}/${one}`)),
    );
    for (const [key, lane] of this.#lanes) {
      if (sameMember && kept.has(key)) lane.rejoined();
      else {
        this.#lose(key, lane);
        this.#orphans.set(key, lane);
      }
    }
    for (const [key, lane] of this.#orphans) if (!kept.has(key)) this.#onTakenOver(lane);
    this.#orphans.clear();
    const fresh: Lane[] = [];
    for (const [name, partitions] of Object.entries(assignment)) {
      const topic = this.#topics.get(name);
      if (topic === undefined) continue;
      for (const partition of partitions) {
        if (!this.get(name, partition)) fresh.push(this.#open(topic, name, partition));
      }
    }
    return fresh;
  }

  /** The same partition from anew: what was known of it does not hold any more. */
  restart(lane: Lane): Lane {
    this.#lose(`${lane.name}/${lane.partition}`, lane);
    return this.#open(lane.topic, lane.name, lane.partition);
  }

  /** We are no member of the group any more. */
  loseAll(): void {
    this.#memberId = undefined;
    for (const [key, lane] of this.#lanes) {
      this.#lose(key, lane);
      this.#orphans.set(key, lane);
    }
  }

  /** Resolves when no handler is at work, not even on lanes that are lost. */
  async idle(): Promise<void> {
    await Promise.all([...this.#lanes.values(), ...this.#leaving.values()].map((lane) => lane.idle()));
  }

  #open(topic: Topic, name: string, partition: number): Lane {
    const key = `${name}/${partition}`;
    const former = this.#leaving.get(key);
    const lane = new Lane(topic, name, partition, former?.finished ?? Promise.resolve());
    this.#lanes.set(key, lane);
    return lane;
  }

  #lose(key: string, lane: Lane): void {
    lane.lose();
    this.#lanes.delete(key);
    this.#leaving.set(key, lane);
    void lane.finished.then(() => {
      if (this.#leaving.get(key) === lane) this.#leaving.delete(key);
    });
  }
}
