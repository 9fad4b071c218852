// Cuts never halve personal data, words or characters, and take linear time.
import { beginningOf, endingOf } from './cut.ts';
import { maskPersonalData } from './mask.ts';
import { MAX_CHARACTERS, messagesOf } from './messages.ts';
import { type PersonalMarker, personalMarkers } from './test-personal-data.ts';

const WORDS = 'we talk of this and that ';
/** Words, `length` characters in all, with a space at both ends. */
const filler = (length: number) => ` ${WORDS.repeat(length / WORDS.length + 1).slice(0, length - 2)} `;
const masked = (text: string) => maskPersonalData(text, 'US');
/** The text as a person sees it. */
const visible = (text: string) => text.normalize('NFKC').replace(/[\p{Cf}\p{Mn}]/gu, '');
const PART = 8;

/** Whether a text that was cut and masked still shows a part of a marker. */
function leaks(text: string, { secret, kind }: PersonalMarker): boolean {
  const shown = visible(text);
  const whole = visible(secret);
  const digits = whole.replace(/\D/g, '');
  const left = shown.replace(/\D/g, '');
  for (let at = 0; at + PART <= digits.length; at += 1)
    if (left.includes(digits.slice(at, at + PART))) return true;
  const [local = ''] = whole.split(/ ?[@([]| at /);
  return shown.includes(whole) || (kind === 'email' && shown.includes(local));
}

/** Cuts a text at each position in each marker, and masks it. */
function cutMarkers(
  markers: readonly PersonalMarker[],
  step: number,
  cutAt: (marker: string, at: number) => string,
) {
  let texts = 0;
  const leaked: unknown[] = [];
  for (const marker of markers) {
    for (let at = 0; at <= marker.text.length; at += step) {
      const text = masked(cutAt(marker.text, at));
      texts += 1;
      if (leaks(text, marker)) leaked.push([marker, at, text.slice(0, 80), text.slice(-80)]);
    }
  }
  return { texts, leaked };
}

test('a cut at the end of a text leaves no part of a marker, at any position', () => {
  const LIMIT = 400;
  const { texts, leaked } = cutMarkers(personalMarkers(270, 11), 1, (marker, at) =>
    beginningOf(`${filler(LIMIT - at)}${marker}${filler(200)}`, LIMIT),
  );
  expect(leaked).toEqual([]);
  expect(texts).toBeGreaterThan(10_000);
});

test('a cut at the beginning of a text leaves no part of a marker, at any position', () => {
  const LIMIT = 400;
  const { texts, leaked } = cutMarkers(personalMarkers(270, 12), 1, (marker, at) =>
    endingOf(`${filler(200)}${marker}${filler(LIMIT - at)}`, LIMIT),
  );
  expect(leaked).toEqual([]);
  expect(texts).toBeGreaterThan(10_000);
});

test('the limits of messages and transcripts leave no part of a marker', () => {
  const markers = personalMarkers(90, 13);
  const textOf = (data: Record<string, unknown>) => messagesOf(data)[0]?.text ?? '';
  const message = cutMarkers(markers, 5, (marker, at) =>
    textOf({ content: `${filler(MAX_CHARACTERS - at)}${marker}${filler(200)}` }),
  );
  const transcript = cutMarkers(markers, 5, (marker, at) =>
    textOf({ transcript: `${filler(200)}${marker}${filler(MAX_CHARACTERS - at)}` }),
  );
  expect([...message.leaked, ...transcript.leaked]).toEqual([]);
  expect(Math.min(message.texts, transcript.texts)).toBeGreaterThan(500);
});

test.each([
  ['one two three', 8, 'one two', 'three'],
  ['one two three', 6, 'one', 'three'],
  ['order 48 213 then', 11, 'order ', ' then'],
  ['a card 4111 1111 1111 1111', 23, 'a card', ''],
  ['short', 5, 'short', 'short'],
  ['我的订单在哪里谢谢', 4, '我的订单', '哪里谢谢'],
])('%j at %i', (text, limit, beginning, ending) => {
  expect(beginningOf(text, limit).trimEnd()).toBe(beginning.trimEnd());
  expect(endingOf(text, limit).trimStart()).toBe(ending.trimStart());
});

test('a text without spaces is cut at the limit, and no character is halved', () => {
  expect(beginningOf('y'.repeat(1_000), 500)).toHaveLength(500);
  expect(endingOf('y'.repeat(1_000), 500)).toHaveLength(500);
  expect(beginningOf('😀'.repeat(500), 501)).toBe('😀'.repeat(250));
  expect(endingOf('😀'.repeat(500), 501)).toBe('😀'.repeat(250));
  expect(beginningOf('4111 '.repeat(200), 500)).toBe('');
});

test.each(['y', '1', '1 ', 'a@', ' ', '2125550123 ', 'John at gmail.com '])(
  'the time of a cut is linear in the length of %j',
  (part) => {
    const PARTS = 8;
    const NOISE_US = 50_000;
    const cost = (length: number) => {
      const text = part.repeat(length / part.length);
      const before = process.cpuUsage();
      beginningOf(text, length / 2);
      endingOf(text, length / 2);
      return process.cpuUsage(before).user;
    };
    const least = (length: number) => Math.min(cost(length), cost(length));
    const few = least(100_000);
    expect(least(100_000 * PARTS)).toBeLessThan(Math.max(few, NOISE_US) * PARTS * 4);
  },
);
