// Consumes accepted events and produces enriched ones. An event that waits for the platform or the model delays only events of
// the same key.
import { Controller } from '@nestjs/common';
import { topics } from '@switchboard/contracts';
import {
  dead,
  done,
  forward,
  headerOf,
  type InRecord,
  KafkaProducer,
  OnRecord,
  type Outcome,
} from '@switchboard/kafka';
import { Enricher } from './enrich.ts';

/**
 * Enough to fill the producer's batches while other events wait: at most 300 for the model (create-model.ts), and at most 80
 * call the platform's API or wait for it (platform-calls.ts).
 */
const CONCURRENCY = 400;

@Controller()
export class EnricherController {
  readonly #enricher: Enricher;
  readonly #producer: KafkaProducer;

  constructor(enricher: Enricher, producer: KafkaProducer) {
    this.#enricher = enricher;
    this.#producer = producer;
  }

  @OnRecord(topics.events, { concurrency: CONCURRENCY })
  async enrich(record: InRecord): Promise<Outcome> {
    const type = headerOf(record, 'ce_type');
    const tenantId = headerOf(record, 'ce_tenantid');
    const id = headerOf(record, 'ce_id');
    if (id === undefined || type === undefined || tenantId === undefined || record.value === null) {
      return dead('HEADERS_MISSING', 'the record is not an event');
    }
    const value = await this.#enricher.enrich(record.value, { id, type, tenantId }, record.timestamp);
    await this.#producer.send(forward(record, topics.enriched, value));
    return done();
  }
}
