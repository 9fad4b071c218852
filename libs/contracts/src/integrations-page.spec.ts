// Executes docs/integrations.md: its examples are valid, and its table of operational events is complete.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { deliverySettings, mapping, operations, rules } from './index.ts';

const page = readFileSync(new URL('../../../docs/integrations.md', import.meta.url), 'utf8');

const blocks = page
  .split(/^```yaml\n/m)
  .slice(1)
  .map((part) => part.split(/^```\n/m)[0] ?? '');

test('rules, mapping and delivery of the first example are valid', () => {
  const { integrations } = parse(blocks[0] ?? '') as {
    integrations: { id: string; rules?: unknown; mapping?: unknown; delivery?: unknown }[];
  };
  expect(integrations.map(({ id }) => id)).toEqual(['acme-crm', 'acme-slack']);
  const [crm] = integrations;
  expect(rules.parse(crm?.rules)).toHaveLength(1);
  expect(mapping.parse(crm?.mapping)).toHaveProperty('phone');
  expect(deliverySettings.parse(crm?.delivery)).toMatchObject({
    retry: { attempts: 5 },
    limits: { per_second: 10 },
  });
});

test('the example of delivery settings is valid and means what its comments say', () => {
  expect(blocks).toHaveLength(2);
  const { integrations } = parse(blocks[1] ?? '') as { integrations: { id: string; delivery: unknown }[] };
  const [desk, slack] = integrations.map(({ delivery }) => deliverySettings.parse(delivery));
  expect(integrations.map(({ id }) => id)).toEqual(['acme-desk', 'acme-slack']);
  expect(desk).toMatchObject({
    retry: { kind: 'linear', attempts: 5, every_seconds: 60 },
    retry_on: [404],
    dont_retry_on: [501, 'tls'],
    limits: { per_second: 8, concurrency: 12, adaptive: true },
    breaker: { failures: 5, ratio: 0.5, rest_seconds: 60, max_rest_seconds: 1800 },
    disable_after_seconds: 3 * 86_400,
  });
  expect(desk?.limits.types).toEqual({
    'lead.qualified': { concurrency: 3, priority: 10 },
    'message.*': { concurrency: 5, priority: null },
    '*': { concurrency: null, priority: -1 },
  });
  expect(slack?.retry).toEqual({ kind: 'delays', delays: [1, 10, 60, 600, 3600] });
  expect(slack).toMatchObject({ dont_retry_on: ['timeout', 'reset'], timeout_seconds: 5 });
});

test('the table of operational events has every type with its data', () => {
  const [, section = ''] = page.split('\n## Operational events\n');
  const rows = [...section.matchAll(/^\| `([a-z]+\.[a-z]+)` \| (.*?)\| /gm)];
  const written = rows.map(([, type, data = '']) => [
    type,
    [...data.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort(),
  ]);
  const own = ({ shape }: { shape: object }) =>
    Object.keys(shape).filter((name) => name !== 'integration_id' && name !== 'sink');
  const expected = operations.map(({ type, data }) => [type, own(data).sort()]);
  expect(written.sort()).toEqual(expected.sort());
});
