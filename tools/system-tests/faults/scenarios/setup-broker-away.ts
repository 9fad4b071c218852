// Scenarios of setup while one of three brokers is away: on a new cluster, and under load for the next release and for
// a second installation. A topic gets the replicas that were asked for, or it is not created and the operator learns
// why.
import { allTopics, topics } from '@switchboard/contracts';
import {
  ensureTopics,
  KafkaProducer,
  type KafkaSettings,
  readAll,
  singleNode,
  threeCopies,
} from '@switchboard/kafka';
import { copiesOfTopics } from '../../../servers/operator.mjs';
import type { SetupRun } from '../../rig/run-setup.ts';
import { serviceNames } from '../../rig/system.ts';
import type { Beginning, Scenario, World } from '../scenario.ts';

/** How a broker goes: told to end, it says so to the others; killed, it is missed only after a moment. */
const ways = ['stop', 'kill'] as const;
const PUT_MS = 60_000;
const FAILED = 1;
/** The last line, after those of the log: what is missing, and not where in the code it was noticed. */
const TOLD = /(^|\n)setup: .*\b(Kafka|brokers?)\b.*\n$/;

type Judge = Pick<World, 'violated'>;

export const setupBrokerAway: Scenario = {
  name: 'setup-broker-away',
  title:
    'one of three brokers is away during setup: topics are made with three copies, or it says what is missing; events flow with two brokers and with three',
  brokers: 3,
  seconds: 90,
  async beforeSetup(beginning) {
    const { corner, setUp } = beginning;
    // Somebody else's topic with one copy: some of it has no leader while a broker is away.
    await ensureTopics({ ...corner.kafka, topicPrefix: 'others.' }, [topics.events], singleNode);
    for (const [index, way] of ways.entries()) {
      const first = await whileAway(beginning, index + 1, way, () => setUp());
      await judgeFirst(beginning, corner.kafka, first);
    }
  },
  async trouble(world) {
    const { corner, system, clock, violated } = world;
    for (const [index, way] of ways.entries()) {
      const second = { TOPIC_PREFIX: `second-${way}.`, DATABASE_SCHEMA: `second_${way}` };
      const kafka = { ...corner.kafka, topicPrefix: second.TOPIC_PREFIX };
      const first = await whileAway(world, index, way, async () => {
        const [run, release] = await Promise.all([system.setUp(second), system.setUp()]);
        if (release.code !== 0 || !release.output.includes(' 0 created, 0 changed'))
          violated(`setup before a release ended with ${release.code}: ${release.output}`);
        if (run.code === 0) await flow(world, kafka);
        await clock.events(100);
        await judgeReady(world);
        return run;
      });
      await judgeFirst(world, kafka, first);
      await judgeCopies(world, corner.kafka, allTopics.length);
      const again = await system.setUp(second);
      if (again.code !== 0)
        violated(`setup with all brokers there ended with ${again.code}: ${again.output}`);
      await judgeCopies(world, kafka, allTopics.length);
      await flow(world, kafka);
    }
  },
};

async function whileAway<Result>(
  { servers, note, violated }: Pick<Beginning, 'servers' | 'note' | 'violated'>,
  index: number,
  way: (typeof ways)[number],
  work: () => Promise<Result>,
): Promise<Result> {
  const { inSync, nodes } = servers.kafka;
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`taking broker ${index + 1} away: there is none`);
  await inSync();
  await node[way]();
  if (node.running) violated(`broker ${index + 1} is there during setup`);
  note(`setup while broker ${index + 1} of ${nodes.length} is away (${way})`);
  const result = await work();
  await node.start();
  await inSync();
  note(`broker ${index + 1} is back in sync`);
  return result;
}

/** Of a setup that found no topics, when all brokers are back. */
async function judgeFirst(judge: Judge, kafka: KafkaSettings, { code, output }: SetupRun): Promise<void> {
  if (code !== 0 && (code !== FAILED || !TOLD.test(output)))
    judge.violated(`the first setup ended with ${code}, without a plain word: ${output}`);
  await judgeCopies(judge, kafka, code === 0 ? allTopics.length : undefined);
}

/** @param count how many topics there must be; not given: any number of them */
async function judgeCopies({ violated }: Judge, kafka: KafkaSettings, count?: number): Promise<void> {
  const made = await copiesOfTopics(kafka.brokers, kafka.topicPrefix);
  const { replicationFactor, minInsyncReplicas } = threeCopies;
  for (const { name, copies, minInsync } of made)
    if (copies < replicationFactor || minInsync < minInsyncReplicas)
      violated(`${name} has ${copies} copies, of which ${minInsync} must have a record`);
  if (count !== undefined && made.length !== count)
    violated(`there are ${made.length} topics, not ${count}, that begin with ${kafka.topicPrefix}`);
}

/** Two brokers are enough, whichever they are. */
async function judgeReady({ system, violated }: World): Promise<void> {
  for (const name of serviceNames) {
    const reply = await fetch(`${system.urlOf(name)}/health/ready`);
    if (!reply.ok) violated(`${name} is not ready with two brokers: ${await reply.text()}`);
  }
}

/** A record through every partition of every topic. */
async function flow({ violated }: Judge, kafka: KafkaSettings): Promise<void> {
  const mark = `flow-${performance.now()}`;
  const producer = new KafkaProducer(kafka, { deadlineMs: PUT_MS });
  const record = { key: mark, value: Buffer.from('{}'), headers: {} };
  try {
    await producer.sendMany(
      allTopics.flatMap((topic) =>
        Array.from({ length: topic.partitions }, (_, partition) => ({ ...record, topic, partition })),
      ),
    );
  } finally {
    await producer.close();
  }
  for (const topic of allTopics) {
    const read = (await readAll(kafka, topic, PUT_MS)).filter(({ key }) => String(key) === mark);
    const partitions = new Set(read.map(({ partition }) => partition)).size;
    if (partitions !== topic.partitions)
      violated(`${topic.name} brings records of ${partitions} of its ${topic.partitions} partitions`);
  }
}
