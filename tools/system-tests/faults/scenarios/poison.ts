// A scenario in which one record in a hundred cannot be processed. Exactly these records must become dead letters, once
// for every service that reads them.
import {
  encodeHeaders,
  leadQualified,
  MAX_VALUE_BYTES,
  type RawHeaders,
  topics,
} from '@switchboard/contracts';
import { KafkaProducer, type OutRecord } from '@switchboard/kafka';
import type { Scenario } from '../scenario.ts';

type Poison = OutRecord & { readonly stages: readonly string[] };

const BATCHES = 25;
const PUT_MS = 60_000;
const notJson = Buffer.from(`{"event": "${leadQualified.type}", "data": oops`);
const noData = Buffer.from('["an", "array"]');
const large = Buffer.alloc(MAX_VALUE_BYTES + 1, ' ');

/** A poison of each kind for each topic that somebody reads, with the services that read it. */
function everyKind(tenant: string, key: string): Poison[] {
  const headers: RawHeaders = encodeHeaders({
    id: key,
    type: leadQualified.type,
    source: '/webhooks/helpninja',
    tenantId: tenant,
  });
  const anywhere = [
    { topic: topics.events, stages: ['enricher'] },
    { topic: topics.enriched, stages: ['router', 'metrics'] },
    { topic: topics.leads, stages: ['sink-hubspot'] },
    { topic: topics.escalations, stages: ['sink-slack'] },
  ];
  const kinds = [
    ...anywhere.flatMap((place) => [
      { ...place, value: Buffer.from('{"event":"x","data":{}}'), headers: {} },
      { ...place, value: null, headers },
      { ...place, value: large, headers },
    ]),
    { topic: topics.events, stages: ['enricher'], value: notJson, headers },
    { topic: topics.events, stages: ['enricher'], value: noData, headers },
    { topic: topics.leads, stages: ['sink-hubspot'], value: notJson, headers },
    { topic: topics.leads, stages: ['sink-hubspot'], value: noData, headers },
  ];
  return kinds.map((kind) => ({ ...kind, key }));
}

export const poison: Scenario = {
  name: 'poison',
  title: 'one record in a hundred is no event: exactly those are dead letters, everything else is delivered',
  seconds: 40,
  async trouble({ corner, system, load, clock, plant, note }) {
    const producer = new KafkaProducer(corner.kafka, { deadlineMs: PUT_MS });
    const count = Math.ceil(load.events / 100);
    let put = 0;
    try {
      for (let batch = 1; batch <= BATCHES; batch += 1) {
        for (; put < (count * batch) / BATCHES; put += 1) {
          const key = `poison-${put}`;
          const kinds = everyKind(system.tenant, key);
          const { stages, ...record } = kinds[put % kinds.length] as Poison;
          await plant(key, stages, () => producer.send(record));
        }
        note(`${put} of ${count} poisoned records`);
        await clock.events(Math.floor((load.events * 0.7) / BATCHES));
      }
    } finally {
      await producer.close();
    }
  },
};
