// Forwards every enriched event to the topics of its type. It reads one header and changes nothing: key, value, headers,
// timestamp and partition stay the same.
import { Controller } from '@nestjs/common';
import { routesOf, topics } from '@switchboard/contracts';
import {
  done,
  forward,
  headerOf,
  type InRecord,
  KafkaProducer,
  OnRecords,
  type Outcome,
  type OutRecord,
} from '@switchboard/kafka';

const DONE = done();

@Controller()
export class RouterController {
  readonly #producer: KafkaProducer;

  constructor(producer: KafkaProducer) {
    this.#producer = producer;
  }

  @OnRecords(topics.enriched)
  async route(records: readonly InRecord[]): Promise<readonly Outcome[]> {
    const routed: OutRecord[] = [];
    for (const record of records) {
      const type = headerOf(record, 'ce_type') ?? '';
      for (const topic of routesOf(type)) routed.push(forward(record, topic));
    }
    await this.#producer.sendMany(routed);
    return records.map(() => DONE);
  }
}
