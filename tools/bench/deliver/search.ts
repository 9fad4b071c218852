// Measures how fast the list of dead letters answers on a full ledger, for every kind of query.
import { conversationEscalated } from '@switchboard/contracts';
import { type DeadLetterFilter, searchDeadLetters } from '@switchboard/ledger';
import { alone, atMost, type Figure } from '../figures.ts';
import type { Stage } from './stage.ts';

const TIMES = 20;
const PAGE = { limit: 50 };
const HOUR_MS = 3_600_000;

const filters = (): Readonly<Record<string, DeadLetterFilter>> => ({
  newest: {},
  'of a tenant': { tenantId: 'past' },
  'of an integration and a type': { integrationId: 'past', eventType: conversationEscalated.type },
  'of a time': { since: new Date(Date.now() - 300 * HOUR_MS), until: new Date(Date.now() - 290 * HOUR_MS) },
  'with a reason that none has': { reason: 'no such reason' },
});

/** Searches one after the other, each a page; a word that nothing contains is looked for in every reason. */
export async function searches({ corner }: Stage): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, filter] of Object.entries(filters())) {
    const times: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const begun = performance.now();
      const { letters } = await searchDeadLetters(corner.database, filter, PAGE);
      times.push(performance.now() - begun);
      if ('reason' in filter !== (letters.length === 0))
        throw new Error(`searching dead letters ${name}: ${letters.length} were found`);
    }
    figures.push(
      alone({ bench: 'deliver', metric: `dead letters ${name}`, unit: 'ms', target: atMost(200) }, times),
    );
  }
  return figures;
}
