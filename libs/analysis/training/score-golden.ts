// How well the analyser that ships judges the golden set.

import { conversationEnded } from '@switchboard/contracts';
import { LocalAnalyser } from '../src/index.ts';
import { FACETS, type Facet, facets, type GoldenItem, type Labels } from './golden.ts';
import { type Agreement, agreementOf, type Scores, scoresOf, type Verdict } from './scores.ts';

export interface FacetScore {
  readonly facet: Facet;
  readonly scores: Scores;
  readonly verdicts: readonly Verdict[];
  /** How far the two passes agreed: nobody can be asked for much more. */
  readonly agreement: Agreement;
}

/** Scores of each facet over `items`. */
export async function scoreGolden(items: readonly GoldenItem[]): Promise<FacetScore[]> {
  const told = await Promise.all(items.map(judge));
  return facets.map((facet) => {
    const verdicts = items.map(({ labels }, index) => ({
      is: labels[facet],
      told: told[index]?.[facet] ?? '',
    }));
    return {
      facet,
      verdicts,
      scores: scoresOf(verdicts, FACETS[facet]),
      agreement: agreementOf(items.map(({ passes: [a, b] }) => [a[facet], b[facet]] as const)),
    };
  });
}

const analyser = new LocalAnalyser({ competitors: [], phoneCountry: 'US' });

async function judge({ messages }: GoldenItem): Promise<Labels> {
  const event = { type: conversationEnded.type, tenantId: 'golden', data: {}, messages };
  const { classification } = await analyser.analyse(event);
  const { sentiment, urgency, categories } = classification;
  return { sentiment, urgency, category: categories[0] ?? '' };
}
