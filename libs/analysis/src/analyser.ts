// What is asked of an analyser, whatever does the work behind it.
import type { Enrichment } from '@switchboard/contracts';
import type { Message } from './messages.ts';

/** Names that a tenant wants to be told of. */
export interface Vocabulary {
  readonly products: readonly string[];
  readonly competitors: readonly string[];
}

/** An event as an analyser sees it. */
export interface EventToAnalyse {
  readonly type: string;
  readonly tenantId: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The words of the event, oldest first; empty when it carries none. */
  readonly messages: readonly Message[];
  /** The tenant's own names; absent: it has none. */
  readonly vocabulary?: Vocabulary;
}

/** All of an enrichment but what was fetched. */
export type Analysis = Omit<Enrichment, 'conversation'>;

/** Makes insight of an event's words. Never fails on what the words are. */
export interface Analyser {
  analyse(event: EventToAnalyse): Promise<Analysis>;
}
