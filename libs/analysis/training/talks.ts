// Longer texts to learn from: our own are single messages, and an analyser that has seen nothing longer takes many words
// for indifference. Messages are put one after another, with the labels that follow from theirs.
import { URGENCIES } from '@switchboard/contracts';
import { seeded, shuffled } from './random.ts';
import type { LabelledText } from './training-texts.ts';

const SEED = 5;

/** As many talks as there are texts, of two or three of them: what stands first decides on the matter. */
export function talksOf(own: readonly LabelledText[]): LabelledText[] {
  const random = seeded(SEED);
  const byCategory = new Map<string, LabelledText[]>();
  for (const text of own) byCategory.set(text.category, [...(byCategory.get(text.category) ?? []), text]);
  const small = byCategory.get('general') ?? [];
  const one = (of: readonly LabelledText[]) => of[Math.floor(random() * of.length)];
  return shuffled(own.length, random).map((index) => {
    const first = own[index] as LabelledText;
    const second = one(byCategory.get(first.category) ?? []);
    const third =
      random() < 0.5 ? one(random() < 0.5 ? small : (byCategory.get(first.category) ?? [])) : undefined;
    return [second, third].reduce<LabelledText>((talk, next) => (next ? joined(talk, next) : talk), first);
  });
}

/** The matter is the first one's, the urgency the greater one; feeling outweighs none, and later feeling earlier. */
function joined(a: LabelledText, b: LabelledText): LabelledText {
  return {
    category: a.category,
    urgency: URGENCIES.indexOf(a.urgency) < URGENCIES.indexOf(b.urgency) ? b.urgency : a.urgency,
    sentiment: b.sentiment === 'neutral' ? a.sentiment : b.sentiment,
    text: `${a.text}\n${b.text}`,
  };
}
