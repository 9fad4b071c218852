// The interface of an analyser: an event in, an analysis out.
import type { Enrichment } from '@switchboard/contracts';
import type { Message } from './messages.ts';

/** A tenant's names of products and competitors, which are found in its events. */
export interface Vocabulary {
  readonly products: readonly string[];
  readonly competitors: readonly string[];
}

/** The parts of an event that an analyser uses. */
export interface EventToAnalyse {
  readonly type: string;
  readonly tenantId: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The messages of the event, oldest first; empty when it contains none. */
  readonly messages: readonly Message[];
  /** The tenant's own names; undefined when it has none. */
  readonly vocabulary?: Vocabulary;
}

/** An enrichment without the data that is fetched from the platform. */
export type Analysis = Omit<Enrichment, 'conversation'>;

/** Analyses the text of an event. No text makes it fail. */
export interface Analyser {
  analyse(event: EventToAnalyse): Promise<Analysis>;
}
