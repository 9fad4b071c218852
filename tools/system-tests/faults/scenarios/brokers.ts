// Scenarios in which brokers stop, die and come back, and one with a topic that was created by hand.
import { topicName, topics } from '@switchboard/contracts';
import { topicEnds } from '@switchboard/kafka';
import { growTopic, remakeTopic } from '../../../servers/operator.mjs';
import type { Server } from '../../rig/restartable-server.ts';
import type { Scenario } from '../scenario.ts';
import type { Servers } from '../servers.ts';

const AWAY_SECONDS = 60;
const KILLS = 3;
/** Nobody reads it here, so it can be made anew without breaking a reader's position. */
const GROWN = topics.conversations;

/** The broker of the scenarios that need only one. Throws when there is none. */
export function theBroker({ kafka }: Servers): Server {
  const [broker] = kafka.nodes;
  if (broker === undefined) throw new RangeError('looking for the broker: the scenario has none of its own');
  return broker;
}

export const brokerStop: Scenario = {
  name: 'broker-stop',
  title:
    'the broker is away for a minute: events are accepted into the spool, and arrive in order afterwards',
  seconds: AWAY_SECONDS + 30,
  async trouble({ servers, corner, clock, note, violated }) {
    const broker = theBroker(servers);
    await broker.stop();
    note(`the broker is stopped for ${AWAY_SECONDS} s`);
    await clock.seconds(AWAY_SECONDS);
    const [spool] = await corner.database.query<{ rows: number }>('select count(*)::int as rows from spool');
    note(`the broker comes back; ${spool?.rows} events are in the spool`);
    if (!spool?.rows) violated('nothing was accepted into the spool while the broker was away');
    await broker.start();
  },
};

export const brokerKill: Scenario = {
  name: 'broker-kill',
  // The machine goes on, and with it what the system had not written to the disk yet: of a power cut this says nothing.
  title: `the broker's process is killed ${KILLS} times and started at once: what it acknowledged is not lost with it`,
  seconds: 60,
  async trouble({ servers, clock, random, note, violated }) {
    const broker = theBroker(servers);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await clock.events(100 + Math.floor(random() * 100));
      const before = broker.pid;
      await broker.kill();
      note(`the broker is killed, ${kill} of ${KILLS}`);
      await broker.start();
      if (broker.pid === before) violated('the broker was not killed: it runs on');
    }
  },
};

export const cluster: Scenario = {
  name: 'cluster',
  title: 'each of three brokers is killed in turn and comes back in sync before the next: two are enough',
  brokers: 3,
  seconds: 90,
  async trouble({ servers, clock, note, violated }) {
    const { kafka } = servers;
    await kafka.inSync();
    for (const [index, node] of kafka.nodes.entries()) {
      const before = node.pid;
      await node.kill();
      note(`broker ${index + 1} of ${kafka.nodes.length} is killed`);
      await clock.events(100);
      await node.start();
      if (node.pid === before) violated(`broker ${index + 1} was not killed: it runs on`);
      await kafka.inSync();
      note(`broker ${index + 1} is back in sync`);
      await clock.events(50);
    }
  },
};

/** The Kafka client drops, and reports as written, what is for a partition it has not heard of. */
export const grownTopic: Scenario = {
  name: 'grown-topic',
  title: 'a topic has half of its partitions and gets the others later: nothing unsent is taken for written',
  seconds: 30,
  async prepare({ kafka }) {
    await remakeTopic(kafka.brokers, topicName(GROWN, kafka.topicPrefix), GROWN.partitions / 2);
    // Answers when all of them have a leader.
    await topicEnds(kafka, GROWN);
  },
  async trouble({ corner, clock, note, violated }) {
    await clock.seconds(5);
    const { length } = await topicEnds(corner.kafka, GROWN);
    if (length === GROWN.partitions) return violated(`${GROWN.name} has all of its partitions already`);
    await growTopic(corner.kafka.brokers, topicName(GROWN, corner.kafka.topicPrefix), GROWN.partitions);
    note(`${GROWN.name} has all of its ${GROWN.partitions} partitions now`);
    await clock.events(100);
  },
};
