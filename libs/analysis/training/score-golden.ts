// Scores the analyser on the golden set.
import { conversationEnded } from '@switchboard/contracts';
import { LocalAnalyser } from '../src/index.ts';
import { FACETS, type Facet, facets, type GoldenItem, type Labels } from './golden.ts';
import { type Agreement, agreementOf, type Scores, scoresOf, type Prediction } from './scores.ts';

export interface FacetScore {
  readonly facet: Facet;
  readonly scores: Scores;
  readonly predictions: readonly Prediction[];
  /** The agreement of the two passes of labelling. A score cannot be much higher. */
  readonly agreement: Agreement;
}

/** The scores of each facet on `items`. */
export async function scoreGolden(items: readonly GoldenItem[]): Promise<FacetScore[]> {
  const results = await Promise.all(items.map(judge));
  return facets.map((facet) => {
    const predictions = items.map(({ labels }, index) => ({
      expected: labels[facet],
      predicted: results[index]?.[facet] ?? '',
    }));
    return {
      facet,
      predictions,
      scores: scoresOf(predictions, FACETS[facet]),
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
