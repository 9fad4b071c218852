// For training and evaluation only: the features of a text, and the form in which trained weights are stored.
import { type Features, featuresOf as featuresOfRead } from './classifier/features.ts';
import { find } from './findings.ts';
import { sentimentScore } from './sentiment.ts';
import { tokenise } from './tokens.ts';

export { Head, type StoredHead, type StoredWeights } from './classifier/head.ts';
export { SIGNS } from './classifier/signs.ts';
export type { Features };

/** The features of a text. */
export function featuresOf(text: string): Features {
  const tokens = tokenise(text);
  const found = find(tokens);
  return featuresOfRead({ text, tokens, found, feeling: sentimentScore(tokens, found.feelings) });
}

/** The sentiment by the lexicon alone, -1 to 1, to compare its speed. */
export function feelingOf(text: string): number {
  const tokens = tokenise(text);
  return sentimentScore(tokens, find(tokens).feelings);
}
