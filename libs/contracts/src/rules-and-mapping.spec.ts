// Executes docs/rules-and-mapping.md: every JSON block there is the event, an example with its result, or a result.
import { readFileSync } from 'node:fs';
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { z } from 'zod';
import { type EventEnvelope, mapFields, mapping, rules, rulesHold } from './index.ts';

const page = readFileSync(new URL('../../../docs/rules-and-mapping.md', import.meta.url), 'utf8');
const acceptedAt = /accepted at `([^`]+)`/.exec(page)?.[1] ?? '';

interface Example {
  readonly block: Record<string, unknown>;
  /** The text between this block and the next. */
  readonly prose: string;
}

const examples: Example[] = page
  .split(/^```json\n/m)
  .slice(1)
  .map((part) => {
    const [json = '', prose = ''] = part.split(/^```\n/m);
    return { block: JSON.parse(json) as Record<string, unknown>, prose };
  });
const [first, ...rest] = examples;
const event = first?.block as unknown as EventEnvelope;

const phone = (given: string, country: string | undefined) => {
  const parsed = parsePhoneNumberFromString(given, country as CountryCode | undefined);
  return parsed?.isValid() ? parsed.number : undefined;
};

const faultsOf = (error: z.ZodError | undefined, root: string) =>
  error?.issues.map(({ path, message }) => `${[root, ...path].join('.')}: ${message}`);
const refusals = (prose: string) =>
  [...prose.matchAll(/Result: refused, `([^`]+)`/g)].map(([, fault]) => fault);

test('the page names its event and its time, and has only blocks that are executed', () => {
  expect(page.match(/^```/gm)).toHaveLength(examples.length * 2);
  expect(event).toMatchObject({ event: 'lead.qualified', data: { qualification_score: 85 } });
  expect(new Date(acceptedAt).getUTCDay()).toBe(3);
  const kinds = rest.map(({ block }) => Object.keys(block).join());
  expect(kinds.filter((kind) => kind === 'rules').length).toBeGreaterThan(12);
  expect(kinds.filter((kind) => kind === 'mapping').length).toBeGreaterThan(3);
  expect(new Set(kinds)).toEqual(new Set(['rules', 'mapping', 'fields,missing']));
});

const ruleExamples = rest.filter(({ block }) => 'rules' in block);

test.each(ruleExamples.map((example) => [JSON.stringify(example.block), example] as const))(
  '%s',
  (_json, { block, prose }) => {
    const { data, error } = rules.safeParse(block['rules']);
    expect(faultsOf(error, 'rules') ?? []).toEqual(refusals(prose));
    const results = [...prose.matchAll(/Result(?: at `([^`]+)`)?: (wanted|not wanted)\./g)];
    expect(results.length > 0).toBe(data !== undefined);
    for (const [line, at = acceptedAt, said] of results) {
      const held = rulesHold(data ?? [], event, new Date(at));
      expect([line, held ? 'wanted' : 'not wanted']).toEqual([line, said]);
    }
  },
);

const mappingExamples = rest
  .map((example, index) => ({ ...example, result: rest[index + 1]?.block }))
  .filter(({ block }) => 'mapping' in block);

test.each(mappingExamples.map((example) => [JSON.stringify(example.block), example] as const))(
  '%s',
  (_json, { block, prose, result }) => {
    const { data, error } = mapping.safeParse(block['mapping']);
    expect(faultsOf(error, 'mapping') ?? []).toEqual(refusals(prose));
    if (data === undefined) return;
    expect(prose.trim()).toBe('Result:');
    expect(mapFields(data, event, { phone })).toEqual(result);
  },
);
