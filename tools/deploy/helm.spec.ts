// No cluster and no Helm are needed to see that the chart fits the apps: names in its templates lead somewhere, every app
// has its values, and a pod is given more time to end than a service takes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../root.mjs';

const chart = join(root, 'deploy/helm/switchboard');
const templates = readdirSync(join(chart, 'templates')).map((name) => ({
  name,
  text: readFileSync(join(chart, 'templates', name), 'utf8'),
}));
const all = templates.map(({ text }) => text).join('\n');
const text = readFileSync(join(chart, 'values.yaml'), 'utf8');
const values = parse(text);

test('every app is a service or a sink of the values, but for the stand-ins and the command line', () => {
  const apps = readdirSync(join(root, 'apps')).filter((name) => name !== 'sandbox' && name !== 'cli');
  const sinks = apps.filter((name) => name.startsWith('sink-'));
  expect(Object.keys(values.sinks).sort()).toEqual(sinks.sort());
  expect(Object.keys(values.services).sort()).toEqual(apps.filter((name) => !sinks.includes(name)).sort());
  for (const settings of [...Object.values(values.services), ...Object.values(values.sinks)])
    expect(settings).toMatchObject({ replicas: 2, env: {}, resources: {} });
});

test('a sink gets the secrets of its values beside ENCRYPTION_KEY', () => {
  const { text: services = '' } = templates.find(({ name }) => name === 'services.yaml') ?? {};
  const [, ofSinks = ''] = services.split('.Values.sinks');
  expect(ofSinks.slice(0, ofSinks.indexOf('{{- end }}'))).toContain(
    'concat (list "ENCRYPTION_KEY") (get $settings "secrets" | default (list)) | uniq',
  );
});

test('a container is given at least the memory that the bench allows a service after work', () => {
  const bench = readFileSync(join(root, 'tools/bench/memory.ts'), 'utf8');
  const boundMegabytes = Number(/const BUSY_MB = (\d+);/.exec(bench)?.[1]);
  const requestedMebibytes = Number(/^(\d+)Mi$/.exec(values.resources.requests.memory)?.[1]);
  expect(boundMegabytes).toBeGreaterThan(0);
  expect(requestedMebibytes * 1.048576).toBeGreaterThanOrEqual(boundMegabytes);
});

test('the command line has one image, whichever name its pod has', () => {
  const { text: setup = '' } = templates.find(({ name }) => name === 'setup.yaml') ?? {};
  expect(setup).toContain('"name" "setup" "image" "cli"');
  expect(values.cli.enabled).toBe(false);
});

test('no secret stands in the values: they name a Secret', () => {
  expect(values.secret).toBe('switchboard');
  expect(text).not.toMatch(/(?:KEY|TOKEN|PASSWORD|URL|SECRET): /);
});

test('what templates read is there', () => {
  const paths = [...all.matchAll(/\.Values\.([\w.]+)/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(10);
  const found = (path: string) => path.split('.').reduce((at, name) => at?.[name], values);
  expect(paths.filter((path) => found(path) === undefined)).toEqual([]);
  const defined = [...all.matchAll(/define "([^"]+)"/g)].map(([, name]) => name);
  const included = [...all.matchAll(/include "([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(included)).toEqual(new Set(defined));
});

test.each(templates)('$name ends what it begins', ({ text }) => {
  const begun = text.match(/\{\{-? (?:if|range|with|define) /g) ?? [];
  const ended = text.match(/\{\{-? end /g) ?? [];
  expect(begun.length).toBeGreaterThan(0);
  expect(ended).toHaveLength(begun.length);
});

test('pods of services are asked for their health and have time to end', () => {
  const { text: services = '' } = templates.find(({ name }) => name === 'services.yaml') ?? {};
  expect(services).toMatch(/livenessProbe:\n +httpGet: \{ path: \/health\/live,/);
  expect(services).toMatch(/readinessProbe:\n +httpGet: \{ path: \/health\/ready,/);
  const service = readFileSync(join(root, 'libs/service/src/run-service.ts'), 'utf8');
  const stopSeconds = Number(/STOP_DEADLINE_MS = (\d+)_000/.exec(service)?.[1]);
  const sleepSeconds = Number(/command: \[sleep, '(\d+)'\]/.exec(services)?.[1]);
  const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(services)?.[1]);
  expect(grace).toBeGreaterThan(stopSeconds + sleepSeconds);
});
