// Executes docs/integrations.md: its example is taken as it stands, and its table of events is that of the types.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { deliverySettings, operations } from './index.ts';

const page = readFileSync(new URL('../../../docs/integrations.md', import.meta.url), 'utf8');

const blocks = page
  .split(/^```yaml\n/m)
  .slice(1)
  .map((part) => part.split(/^```\n/m)[0] ?? '');

test('the example is taken, and says what its comments say', () => {
  expect(blocks).toHaveLength(1);
  const { integrations } = parse(blocks[0] ?? '') as { integrations: { id: string; delivery: unknown }[] };
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

test('every event that is told stands there with its data', () => {
  const [, section = ''] = page.split('\n## What is told\n');
  const rows = [...section.matchAll(/^\| `([a-z]+\.[a-z]+)` \| (.*?)\| /gm)];
  const told = rows.map(([, type, data = '']) => [
    type,
    [...data.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort(),
  ]);
  const own = ({ shape }: { shape: object }) =>
    Object.keys(shape).filter((name) => name !== 'integration_id' && name !== 'sink');
  const expected = operations.map(({ type, data }) => [type, own(data).sort()]);
  expect(told.sort()).toEqual(expected.sort());
});
