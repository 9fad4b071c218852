// The interface of a scenario: the faults that it makes under load, and which repeats they may cause. All other
// conditions are the same for every scenario, and the oracle checks them.
import type { Suite } from '@switchboard/testing';
import type { ServiceName, SetUp, System } from '../rig/system.ts';
import type { Clock } from './clock.ts';
import type { Placed } from './events.ts';
import type { Load } from './load.ts';
import type { Receiver } from './receiver.ts';
import type { Servers } from './servers.ts';

/**
 * Calls whose outcome may be unwritten when a sinks process or the database dies: an answer that came and could not be
 * written down.
 */
export const UNRECORDED = 512;

/** What a scenario's trouble is made of. */
export interface World {
  readonly system: System;
  /** The database and the topics, as the tool reaches them. */
  readonly corner: Suite;
  readonly servers: Servers;
  /** The vendors. */
  readonly receiver: Receiver;
  readonly load: Load;
  readonly clock: Clock;
  /** The same sequence in every run. From 0 to below 1. */
  random(): number;
  /** Says what is going on. */
  note(text: string): void;
  /**
   * SIGKILL, and the start of the next process at once; resolves when that one is ready. What was under way may be
   * repeated, exactly that.
   */
  killAndRestart(name: ServiceName): Promise<void>;
  /**
   * So many effects may be repeated, under the same key and with the same body, beside those whose call had no answer
   * or was under way at `killAndRestart`.
   */
  allowDoubled(effects: number): void;
  /** Something that must not be was seen: the scenario fails, and says this. */
  violated(fact: string): void;
  /** A record that the scenario itself puts on a topic by `put`, and the services that must dead-letter it. */
  plant(key: string, stages: readonly string[], put: () => Promise<void>): Promise<void>;
  /** Events that the scenario itself writes past the door by `put`: they count like accepted ones. */
  bringIn(events: readonly Placed[], put: () => Promise<void>): Promise<void>;
}

/** What there is before the first service starts. */
export interface Beginning extends Pick<World, 'servers' | 'corner' | 'note' | 'violated'> {
  readonly setUp: SetUp;
}

/** A kind of trouble that the system must live through. */
export interface Scenario {
  readonly name: string;
  /** What it proves, in one sentence. */
  readonly title: string;
  /** Brokers; default 1. With 3, topics have three copies of which two must have a write. */
  readonly brokers?: 1 | 3;
  /** Whether Kafka, Postgres and the vendors are reached through proxies (`world.servers.links`). */
  readonly links?: boolean;
  /** Posts of each event at the same time; default 1. */
  readonly copies?: number;
  /** Conversations of each tenant; default 70. */
  readonly conversations?: number;
  /** Events are signed with the platform-wide secret and name their tenant; default: with the tenants' own. */
  readonly platformSigned?: boolean;
  /** About how long the trouble lasts; a quick run spreads its events over it. */
  readonly seconds: number;
  /** Runs before topics and tables are made; what it sets up itself may fail, for it is done once more afterwards. */
  beforeSetup?(beginning: Beginning): Promise<void>;
  /** Runs when the services are up and before the first event. */
  prepare?(corner: Suite): Promise<void>;
  /** Runs once the first events have been delivered, and ends when nothing is in trouble any more. */
  trouble(world: World): Promise<void>;
}
