// Reads every enriched event and counts it.
import { Controller } from '@nestjs/common';
import { topics } from '@switchboard/contracts';
import { type InRecord, OnRecords, type Outcome } from '@switchboard/kafka';
import { EventCounter } from './counting.ts';

@Controller()
export class EventsController {
  readonly #counter: EventCounter;

  constructor(counter: EventCounter) {
    this.#counter = counter;
  }

  @OnRecords(topics.enriched)
  count(records: readonly InRecord[]): Promise<readonly Outcome[]> {
    return this.#counter.count(records);
  }
}
