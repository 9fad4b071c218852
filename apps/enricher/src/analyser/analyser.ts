// What the enricher asks of an analyser, whatever does the work behind it.
import type { Enrichment } from '@switchboard/contracts';
import type { Message } from './messages.ts';

/** An event as an analyser sees it. */
export interface EventToAnalyse {
  readonly type: string;
  readonly tenantId: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The words of the event, oldest first; empty when it carries none. */
  readonly messages: readonly Message[];
}

/** All of an enrichment but what was fetched. */
export type Analysis = Omit<Enrichment, 'conversation'>;

/** Makes insight of an event's words. Never fails on what the words are. */
export interface Analyser {
  analyse(event: EventToAnalyse): Promise<Analysis>;
}
