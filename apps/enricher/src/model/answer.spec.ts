import { CATEGORIES, enrichment, INTENTS } from '@switchboard/contracts';
import { AnswerError, answerSchema, readStoredAnswer, readAnswer } from './answer.ts';
import { goodAnswer } from './test-model-server.ts';

const CANARY = '0123456789abcdef0123456789abcdef';
const read = (change: object) => readAnswer(JSON.stringify({ ...goodAnswer, ...change }), CANARY);
const refusalOf = (text: string) => {
  try {
    readAnswer(text, CANARY);
  } catch (error) {
    return error as AnswerError;
  }
  throw new Error('the answer was accepted');
};
const refused = (change: object) => refusalOf(JSON.stringify({ ...goodAnswer, ...change }));

test('a good answer is accepted unchanged, also after it was stored', () => {
  expect(read({})).toEqual(goodAnswer);
  expect(readStoredAnswer(JSON.parse(JSON.stringify(read({}))))).toEqual(goodAnswer);
  expect(readStoredAnswer({ ...goodAnswer, categories: ['of-old'] })).toBeUndefined();
  expect(read({ intent: null }).intent).toBeNull();
});

test('an answer fits into an enrichment', () => {
  const { intent, categories, sentiment, sentiment_score, urgency, complexity, ...texts } = read({});
  const { insights, classification } = enrichment.shape;
  expect(insights.strict().parse({ intent, ...texts })).toEqual({ intent, ...texts });
  const judged = { categories, sentiment, sentiment_score, urgency, complexity };
  expect(classification.omit({ priority: true }).strict().parse(judged)).toEqual(judged);
});

test.each([
  ['{"intent": "refund', 'NOT_JSON'],
  ['', 'NOT_JSON'],
  [`\`\`\`json\n${JSON.stringify(goodAnswer)}\n\`\`\``, 'NOT_JSON'],
  ['null', 'OUT_OF_SCHEMA'],
  ['[]', 'OUT_OF_SCHEMA'],
  ['{}', 'OUT_OF_SCHEMA'],
  [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'OUT_OF_SCHEMA'],
  [JSON.stringify(goodAnswer).replace('{', '{"__proto__":{"route":"x"},'), 'OUT_OF_SCHEMA'],
])('%.40s is refused as %s', (text, code) => {
  expect(refusalOf(text)).toBeInstanceOf(AnswerError);
  expect(refusalOf(text).code).toBe(code);
});

test.each([
  [{ intent: 'transfer_money' }],
  [{ sentiment: 'furious' }],
  [{ sentiment_score: -1.1 }],
  [{ sentiment_score: '0.5' }],
  [{ urgency: null }],
  [{ complexity: undefined }],
  [{ categories: [] }],
  [{ categories: ['billing', 'vip'] }],
  [{ buying_signals: ['all of them'] }],
  [{ goals: 'one' }],
  [{ goals: [1] }],
  [{ priority: 'urgent' }],
  [{ route: 'vip-desk' }],
])('%j is outside the schema', (change) => {
  expect(refused(change).code).toBe('OUT_OF_SCHEMA');
});

test('an error names the place and quotes nothing of the answer', () => {
  for (const error of [
    refusalOf('SECRET{'),
    refused({ sentiment: 'SECRET' }),
    refused({ SECRET: 'x' }),
    refused({ goals: [CANARY, 'SECRET'] }),
  ]) {
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toMatch(/SECRET|0123456789ab/);
    expect(error.cause).toBeUndefined();
  }
  expect(refused({ sentiment: 'SECRET' }).message).toContain('at sentiment');
});

test('lists are cut without halving a character, and contain nothing twice', () => {
  const many = Array.from({ length: 25 }, (_, n) => `goal ${n}`);
  expect(read({ goals: ['goal 0', ...many] }).goals).toEqual(many.slice(0, 10));
  const [long] = read({ goals: [`${'a'.repeat(199)}😀 and more`] }).goals;
  expect(long).toBe('a'.repeat(199));
  expect(read({ goals: [' padded ', '', '   '] }).goals).toEqual(['padded']);
  const categories = CATEGORIES.slice(0, 5);
  expect(read({ categories }).categories).toEqual(categories.slice(0, 3));
  expect(read({ categories: ['refunds', 'refunds'] }).categories).toEqual(['refunds']);
});

test('line breaks become spaces, and no joiner is left where an emoji is cut', () => {
  expect(read({ goals: ['two\r\nlines\nand\rmore'] }).goals).toEqual(['two lines and more']);
  expect(read({ goals: ['see\nhttps://example.com'] }).goals).toEqual([]);
  const [cut] = read({ goals: [`${'a'.repeat(197)}👨\u200d👩`] }).goals;
  expect(cut).toBe(`${'a'.repeat(197)}👨`);
});

test('the category general stands alone or is left out', () => {
  expect(read({ categories: ['general', 'refunds'] }).categories).toEqual(['refunds']);
  expect(read({ categories: ['general'] }).categories).toEqual(['general']);
});

test('items with links or markup are left out of every list', () => {
  const lists = Object.entries(goodAnswer).flatMap(([name, value]) =>
    Array.isArray(value) && !['categories', 'buying_signals'].includes(name) ? [name] : [],
  );
  expect(lists).toHaveLength(6);
  const bad = ['see https://example.com', 'shop.example', '<!channel>', 'a\u0000b', 'kept'];
  expect(read(Object.fromEntries(lists.map((name) => [name, bad])))).toMatchObject(
    Object.fromEntries(lists.map((name) => [name, ['kept']])),
  );
});

test.each([
  ['as it is', [CANARY]],
  ['within words', [`the word is ${CANARY}, they say`]],
  ['in capitals', [CANARY.toUpperCase()]],
  ['spaced', [[...CANARY].join(' ')]],
  ['with marks', [[...CANARY].join('-\u200b')]],
  ['in wide letters', [[...CANARY].map((c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)).join('')]],
  ['a part of it', [CANARY.slice(3, 16)]],
  ['split over two items', [CANARY.slice(0, 16), CANARY.slice(16)]],
  ['in an item that is cut', [`${'a'.repeat(300)}${CANARY}`]],
  ['in an item that is left out', [`https://example.com/${CANARY}`]],
  ['after the tenth item', [...Array.from({ length: 10 }, (_, n) => `${n}`), CANARY]],
])('an answer with the canary %s is refused as a whole', (_, goals) => {
  expect(refused({ goals }).code).toBe('CANARY');
});

test('a few characters of the canary are not enough', () => {
  expect(read({ goals: [CANARY.slice(0, 11)] }).goals).toEqual([CANARY.slice(0, 11)]);
});

test('the schema contains the lists of the contract', () => {
  const { properties } = answerSchema as { properties: Record<string, object> };
  expect(properties['intent']).toEqual({
    anyOf: [{ type: 'string', enum: [...INTENTS] }, { type: 'null' }],
  });
  expect(properties['categories']).toEqual({
    type: 'array',
    items: { type: 'string', enum: [...CATEGORIES] },
  });
  expect(Object.keys(properties).sort()).toEqual(Object.keys(goodAnswer).sort());
});
