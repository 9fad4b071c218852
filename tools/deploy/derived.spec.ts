// What follows from the list of sink folders, and from the schema of delivery settings, is in step with it, and speaks of
// metrics that exist.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../root.mjs';
import { deliverySchema, renderSettingsPage, settingsPage, settingsTable } from './delivery-settings.mjs';
import { changedFiles, derivedFiles, renderDerived } from './derived.mjs';
import { withMarked } from './marked.mjs';
import { sinkFolders } from './sinks.mjs';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folders = readdirSync(join(root, 'apps')).filter((name) => name.startsWith('sink-'));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly sink: string; readonly service: string; readonly severity: string };
}

const panels = (): { readonly title: string; readonly targets?: { expr: string }[] }[] =>
  JSON.parse(read('deploy/grafana/sinks.json')).panels;
const groups = (): { readonly name: string; readonly rules: Rule[] }[] =>
  parse(read('deploy/prometheus/sinks.yaml')).groups;

test('every derived file is as the folders would have it', async () => {
  expect(changedFiles(root, await renderDerived(root))).toEqual([]);
});

test('one folder more changes them all, and one that is stale is noticed', async () => {
  const sink = {
    name: 'pager',
    accepts: ['lead.qualified'],
    needs: ['a or b'],
    idempotency: 'upsert',
    stability: 'beta',
  };
  const list = await sinkFolders(root);
  expect(list.map(({ folder }) => folder)).toEqual(folders.sort());
  const texts = await renderDerived(root, [...list, { folder: 'sink-pager', sinks: [sink] }]);
  for (const path of derivedFiles) expect(texts.get(path)).toContain('sink-pager');
  expect(changedFiles(root, texts)).toEqual(derivedFiles);
});

test('each folder has a row of panels and a group of alerts', () => {
  const rows = panels().filter(({ targets }) => targets === undefined);
  expect(rows.map(({ title }) => title.split(':')[0])).toEqual(folders);
  expect(panels().length).toBeGreaterThan(rows.length * 3);
  expect(groups().map(({ name }) => name)).toEqual(folders);
  for (const { name, rules } of groups()) {
    expect(rules.length).toBeGreaterThanOrEqual(5);
    for (const { expr, labels } of rules) {
      expect(labels.service).toBe(name);
      expect(expr).toMatch(new RegExp(`sink="${labels.sink}"|sink-${labels.sink}\\|sinks`));
    }
  }
});

const services = (): Rule[] =>
  parse(read('deploy/prometheus/services.yaml')).groups.flatMap(({ rules }: { rules: Rule[] }) => rules);

test('what nobody notices by itself has an alert: absence, lag, crashes, dead letters, the spool, the model', () => {
  expect(services().map(({ alert }) => alert)).toEqual([
    'ServiceAbsent',
    'ConsumerLag',
    'ConsumerCrashes',
    'ConsumerMakesNoProgress',
    'ConsumerStalled',
    'RecordsLost',
    'DeadLetters',
    'SpoolHoldsEvents',
    'WebhooksRefused',
    'ModelOfNoUse',
  ]);
  const [absent] = services();
  const others = readdirSync(join(root, 'apps')).filter(
    (name) => !name.startsWith('sink-') && name !== 'sandbox' && name !== 'cli',
  );
  for (const name of others)
    expect(absent?.expr).toContain(`absent(switchboard_service_info{component="${name}"})`);
});

test('no rule and no panel mixes installations, and one tenant wakes nobody', () => {
  const rules = [...services(), ...groups().flatMap(({ rules }) => rules)];
  const asked = [
    ...rules.map(({ expr }) => expr),
    ...panels().flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ];
  const aggregations = asked.flatMap(
    (expr) => expr.match(/\b(?:sum|max|min|count|avg)\b *(?:by \([^)]*\))?/g) ?? [],
  );
  expect(aggregations.length).toBeGreaterThan(20);
  expect(aggregations.filter((text) => !/by \(namespace\b/.test(text))).toEqual([]);
  const ofOneTenant = rules.filter(({ alert }) => /^SinkIntegration/.test(alert));
  expect(ofOneTenant.length).toBeGreaterThan(0);
  expect(ofOneTenant.filter(({ labels }) => labels.severity !== 'warning')).toEqual([]);
});

test('panels and alerts ask for metrics that a service has', () => {
  const sources = [
    'libs/service/src/kafka-observer.ts',
    'libs/service/src/metrics.ts',
    'libs/delivery/src/sink-metrics.ts',
    'apps/enricher/src/model/model-metrics.ts',
    'apps/ingest/src/spool-metric.ts',
    'apps/ingest/src/webhook-metrics.ts',
  ]
    .map(read)
    .join('');
  const asked = [
    ...panels().flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...groups().flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ...services().map(({ expr }) => expr),
  ].flatMap((expr) => expr.match(/\b(?:switchboard|helpninja)_\w+/g) ?? []);
  const names = [...new Set(asked.map((name) => name.replace(/_(?:bucket|count|sum)$/, '')))];
  expect(names.length).toBeGreaterThanOrEqual(4);
  expect(names.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

test('the page of integrations has the delivery settings that there are', async () => {
  const page = read(settingsPage);
  expect(await renderSettingsPage(root)).toBe(page);
  expect(page).toContain('\n| `retry.delays` (delays) | `[1,2,4,8,16]` | Seconds before');
  const schema = await deliverySchema(root);
  const more = { ...schema.properties, haste_seconds: { default: 7200, description: 'this|that' } };
  const [, , ...rows] = settingsTable({ ...schema, properties: more }).split('\n');
  expect(rows.filter((row) => !page.includes(`\n${row}\n`))).toEqual([
    '| `haste_seconds` | `7200` (2 hours) | this\\|that |',
  ]);
});

test('a page without its markers is no page to write', () => {
  const page = '# sinks: generated by npm run docs\nold\n# /sinks\nrest';
  expect(withMarked('x', page, 'sinks', 'new')).toBe(page.replace('old', 'new'));
  expect(() => withMarked('x', page.replace('/sinks', 'sinks'), 'sinks', 'new')).toThrow('x needs a line');
  expect(() => withMarked('x', page, 'settings', 'new')).toThrow('x needs a line');
});
