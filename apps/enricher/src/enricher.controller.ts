// From accepted events to enriched ones, record by record: an event that waits for details holds only its own key.
import { Controller } from '@nestjs/common';
import { decodeHeaders, topics } from '@switchboard/contracts';
import {
  dead,
  done,
  forward,
  type InRecord,
  KafkaProducer,
  OnRecord,
  type Outcome,
} from '@switchboard/kafka';
import { Enricher, NotAnEvent } from './enrich.ts';

/** Enough to fill the producer's batches while some wait for the platform's API. */
const CONCURRENCY = 256;

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
    const headers = decodeHeaders(record.headers);
    if (!headers || !record.value) return dead('HEADERS_MISSING', 'the record is not an event');
    try {
      const value = await this.#enricher.enrich(record.value, headers);
      await this.#producer.send(forward(record, topics.enriched, value));
      return done();
    } catch (error) {
      if (error instanceof NotAnEvent) return dead(error.code, error.message);
      throw error;
    }
  }
}
