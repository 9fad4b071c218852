// Makes longer training texts by joining two or three messages. Our own texts are single messages, and a classifier that was
// trained only on them finds too little feeling in long texts.
import { URGENCIES } from '@switchboard/contracts';
import { seeded, shuffled } from './random.ts';
import type { LabelledText } from './training-texts.ts';

const SEED = 5;

/** As many joined texts as `own` has, of two or three texts each. The first text decides the category. */
export function joinedTexts(own: readonly LabelledText[]): LabelledText[] {
  const random = seeded(SEED);
  const byCategory = new Map<string, LabelledText[]>();
  for (const text of own) byCategory.set(text.category, [...(byCategory.get(text.category) ?? []), text]);
  const general = byCategory.get('general') ?? [];
  const one = (of: readonly LabelledText[]) => of[Math.floor(random() * of.length)];
  return shuffled(own.length, random).map((index) => {
    const first = own[index] as LabelledText;
    const second = one(byCategory.get(first.category) ?? []);
    const third =
      random() < 0.5 ? one(random() < 0.5 ? general : (byCategory.get(first.category) ?? [])) : undefined;
    return [second, third].reduce<LabelledText>((text, next) => (next ? joined(text, next) : text), first);
  });
}

/** Category of the first text, the higher urgency, and the sentiment of the last text that is not neutral. */
function joined(a: LabelledText, b: LabelledText): LabelledText {
  return {
    category: a.category,
    urgency: URGENCIES.indexOf(a.urgency) < URGENCIES.indexOf(b.urgency) ? b.urgency : a.urgency,
    sentiment: b.sentiment === 'neutral' ? a.sentiment : b.sentiment,
    text: `${a.text}\n${b.text}`,
  };
}
