// What the trainer and the evaluation need of the analyser: a text as the classifier reads it, and the form of what is
// trained. Not for services.
import { type Features, featuresOf as featuresOfRead } from './classifier/features.ts';
import { find } from './findings.ts';
import { sentimentScore } from './sentiment.ts';
import { tokenise } from './tokens.ts';

export { Head, type StoredHead, type StoredWeights } from './classifier/head.ts';
export { SIGNS } from './classifier/signs.ts';
export type { Features };

/** What the classifier reads of a text. */
export function featuresOf(text: string): Features {
  const tokens = tokenise(text);
  const found = find(tokens);
  return featuresOfRead({ text, tokens, found, feeling: sentimentScore(tokens, found.feelings) });
}

/** What the lexicon alone feels, -1 to 1: what a plain word list costs, for comparison. */
export function feelingOf(text: string): number {
  const tokens = tokenise(text);
  return sentimentScore(tokens, find(tokens).feelings);
}
