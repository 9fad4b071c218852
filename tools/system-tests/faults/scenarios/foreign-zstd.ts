// A scenario in which another client writes zstd batches to the first topic. The broker compresses the other topics
// with zstd too, so that every service has to read such batches.
import { encodeHeaders, topicName, topics } from '@switchboard/contracts';
import type { ForeignRecord } from '../../rig/foreign-producer.ts';
import { compressTopic } from '../../../servers/operator.mjs';
import { eventOf, makeLanes, type Placed } from '../events.ts';
import { watched } from '../facts.ts';
import type { Scenario } from '../scenario.ts';

const CODEC = 'zstd';
const TURNS = 5;
/** Events of the other client for each of ingest's. */
const SHARE = 0.1;
/** Conversations of each tenant that only the other client writes to. */
const CONVERSATIONS = 4;

export const foreignZstd: Scenario = {
  name: 'foreign-zstd',
  title:
    'another client writes zstd batches beside ours and the broker compresses the other topics: all is read, nothing stops or is lost',
  seconds: 40,
  async prepare({ kafka }) {
    for (const topic of watched) {
      if (topic !== topics.events)
        await compressTopic(kafka.brokers, topicName(topic, kafka.topicPrefix), CODEC);
    }
  },
  async trouble({ corner, servers, system, load, clock, note, bringIn, violated }) {
    const nameOf = (topic: (typeof watched)[number]) => topicName(topic, corner.kafka.topicPrefix);
    const lanes = makeLanes(system.tenants, CONVERSATIONS).map((lane) => ({
      ...lane,
      conversation: `foreign-${lane.conversation}`,
    }));
    const each = Math.ceil((load.events * SHARE) / TURNS / lanes.length);
    for (let turn = 0; turn < TURNS; turn += 1) {
      const events = lanes.flatMap((lane) =>
        Array.from({ length: each }, (_, index): Placed => {
          const number = turn * each + index + 1;
          return { lane, number, event: eventOf(lane, number) };
        }),
      );
      await bringIn(events, () =>
        servers.kafka.writeForeign({ topic: nameOf(topics.events), codec: CODEC }, events.map(recordOf)),
      );
      note(`turn ${turn + 1} of ${TURNS}: another client brought ${events.length} events`);
      await clock.events(Math.floor((load.events * 0.7) / TURNS));
    }
    for (const topic of watched)
      if (!servers.kafka.codecsOf(nameOf(topic)).has(CODEC))
        violated(`no ${CODEC} batch is on ${topic.name}`);
    if (!servers.kafka.codecsOf(nameOf(topics.events)).has('none'))
      violated(`nothing of ours is on ${topics.events.name} beside the batches of the other client`);
  },
};

function recordOf({ lane, event }: Placed): ForeignRecord {
  const source = '/webhooks/helpninja';
  const headers = encodeHeaders({ id: event.id, type: event.type, source, tenantId: lane.tenant.id });
  return { key: lane.conversation, value: event.body, headers: headers as Record<string, string> };
}
