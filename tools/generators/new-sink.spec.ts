// The promise of `npm run new:sink`: a folder that is lint-free, typed, tested, found by everything and delivers, and
// nothing else that anybody has to edit. Made and used in a copy of the workspace, which may be broken.
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { allTopics, conversationEscalated, encodeHeaders, events, topics } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { eventually, httpStub, suite } from '@switchboard/testing';
import { parse } from 'yaml';
import { derivedFiles, renderDerived, writeChanged } from '../deploy/derived.mjs';
import { freePorts } from '../servers/ports.mjs';
import { childEnv } from '../processes/child-env.mjs';
import { outputOf } from '../processes/output-of.mjs';
import { houseFaults } from '../house.mjs';
import { layers } from '../layers.mjs';
import { root } from '../root.mjs';
import { startProcess } from '../processes/service-process.ts';
import { planSink, taken } from './new-sink/plan.mjs';

const SOURCES = ['apps', 'libs', 'tools', 'deploy', 'docs/sinks.md', 'docker-compose.yml'];
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'nx.json',
  'tsconfig.base.json',
  '.swcrc',
  'biome.json',
];
const folder = 'apps/sink-acme-desk';
const type = conversationEscalated.type;

let tree: string;
let before: Map<string, string>;
let told: string;

beforeAll(async () => {
  tree = await workspace();
  before = filesOf(tree);
  told = await node('tools/generators/new-sink.mjs', 'acme-desk', `--event=${type}`);
});
const ending: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ending.reverse()) await end();
  rmSync(tree, { recursive: true, force: true });
});

test('writes one small folder; of what is there, only generated files change', () => {
  const after = filesOf(tree);
  const added = [...after.keys()].filter((path) => !before.has(path));
  expect(added.sort()).toEqual(
    ['project.json', 'src/acme-desk.spec.ts', 'src/acme-desk.ts', 'src/main.ts', 'tsconfig.json'].map(
      (file) => `${folder}/${file}`,
    ),
  );
  const lines = added.map((path) => (after.get(path) ?? '').split('\n').length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(250);
  const changed = [...before].filter(([path, text]) => after.get(path) !== text).map(([path]) => path);
  expect(changed.sort()).toEqual([...derivedFiles].sort());
  for (const path of changed) expect(after.get(path)).toContain('acme-desk');
  expect(told).toContain(`sink: acme-desk`);
});

test('is formatted, free of faults of lint and house, and typed', async () => {
  const names = { topics: allTopics.map(({ name }) => name), types: events.map((event) => event.type) };
  expect(houseFaults(tree, layers, names).filter((fault) => fault.includes('acme-desk'))).toEqual([]);
  await Promise.all([
    node('node_modules/@biomejs/biome/bin/biome', 'ci', folder),
    node('node_modules/eslint/bin/eslint.js', '--max-warnings=0', folder),
    node('node_modules/typescript7/bin/tsc', '--noEmit', '-p', folder),
  ]);
});

test('has a spec of its own that passes', async () => {
  await node(
    ...['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--selectProjects', 'sink-acme-desk'],
    ...['--json', '--outputFile=results.json'],
  );
  const results = JSON.parse(readFileSync(join(tree, 'results.json'), 'utf8'));
  expect(results.numPassedTests).toBe(results.numTotalTests);
  expect(results.numTotalTests).toBeGreaterThan(5);
});

test('starts as a service and delivers', async () => {
  const corner = await suite();
  ending.push(corner.end);
  const stub = await httpStub(() => ({ status: 201, body: { id: 'r-1' } }));
  ending.push(stub.close);
  const env = {
    ...{ ...childEnv(), ...corner.env, ENCRYPTION_KEY: randomBytes(32).toString('hex') },
    EGRESS_ALLOW: new URL(stub.url).host,
    KAFKA_REPLICATION_FACTOR: '1',
  };
  await node('tools/build/build.mjs', 'sink-acme-desk', 'sinks', 'cli');
  // What npm start runs, all sinks in one process, has it too.
  expect(readFileSync(join(tree, 'dist/sinks/main.mjs'), 'utf8')).toContain('"acme-desk"');
  writeFileSync(join(tree, 'integrations.yaml'), integrationsFile(`${stub.url}/events`));
  await nodeWith(env, 'dist/cli/main.mjs', 'integrations', '--integrations', 'integrations.yaml');
  const crashes: string[] = [];
  const [port = 0] = await freePorts(1);
  const service = await startProcess({
    ...{ name: 'sink-acme-desk', dist: join(tree, 'dist'), env, port, ready: '/health/ready' },
    logFile: join(tree, 'service.log'),
    onCrash: (what) => crashes.push(what),
  });
  ending.push(() => service.end('SIGKILL'));
  const producer = new KafkaProducer(corner.kafka);
  ending.push(() => producer.close());

  const data = conversationEscalated.example;
  const headers = encodeHeaders({ id: 'e1', type, source: '/webhooks/helpninja', tenantId: 'acme' });
  const value = Buffer.from(JSON.stringify({ event: type, data }));
  const record = { topic: topics.escalations, key: 'c1', value, headers, timestamp: Date.now() };
  await producer.sendMany([record]);
  await eventually(async () => {
    const rows = await corner.database.query('select sink, state, reference from delivery');
    expect(rows).toEqual([{ sink: 'acme-desk', state: 'delivered', reference: 'r-1' }]);
  });
  expect(stub.requests).toHaveLength(1);
  expect(stub.requests[0]).toMatchObject({
    path: '/events',
    headers: { authorization: 'Bearer t0ken' },
    json: { id: 'e1', type, data, from_site: data.site_url },
  });

  // By now the sink has described itself: people may ask it, and what it would refuse is refused.
  const setup = (...args: string[]) => nodeWith(env, 'dist/cli/main.mjs', ...args);
  expect(await setup('check', 'my-acme-desk')).toContain('usable (201');
  await expect(setup('check', 'nobody')).rejects.toThrow('no such integration');
  expect(await setup('status')).toMatch(/my-acme-desk +acme +acme-desk +ok +0 +0/);
  writeFileSync(
    join(tree, 'wrong.yaml'),
    integrationsFile(`${stub.url}/events`).replace('"token"', '"tokn"'),
  );
  await expect(setup('integrations', '--integrations', 'wrong.yaml')).rejects.toThrow(
    /exit code 2.*wrong\.yaml:\d+: integrations\.0\.secrets\.tokn: is not a setting of acme-desk/s,
  );
  expect(await setup('all', '--integrations', 'wrong.yaml')).toContain('1 changed');
  expect(await setup('all', '--integrations', 'integrations.yaml')).toContain('1 changed');
  expect(await service.end('SIGTERM')).toBe(0);
  expect(crashes).toEqual([]);
});

test('refuses what cannot be, and says why', async () => {
  await expect(node('tools/generators/new-sink.mjs')).rejects.toThrow(/exit code 2\nname one sink/);
  const again = node('tools/generators/new-sink.mjs', 'acme-desk');
  await expect(again).rejects.toThrow(/exit code 2\nmaking the sink acme-desk: .* exists already/);
  for (const [name, event, why] of [
    ['Acme', type, 'lower-case letters and digits'],
    ['acme--desk', type, 'single hyphens'],
    ['sink-acme', type, 'leave out "sink-"'],
    ['hubspot', type, 'apps/sink-crm has a sink of this name'],
    ['other', 'nobody.knows', `there are ${events[0]?.type}, `],
  ] as const) {
    await expect(planSink(tree, { name, event })).rejects.toThrow(why);
  }
  expect(await planSink(tree, { name: 'new', event: type })).toMatchObject({ value: 'newSink' });
  // What a sink may take besides: trouble of other integrations.
  const operational = await planSink(tree, { name: 'pager', event: 'integration.broken' });
  expect(operational).toMatchObject({ value: 'pager', event: 'integrationBroken' });
});

test('goes without a trace', async () => {
  rmSync(join(tree, folder), { recursive: true });
  expect(writeChanged(tree, await renderDerived(tree)).sort()).toEqual([...derivedFiles].sort());
  expect(filesOf(tree)).toEqual(before);
});

test('knows every name that its files declare', () => {
  const files = join(import.meta.dirname, 'new-sink/files/src');
  const declared = readdirSync(files).flatMap((file) => {
    const text = readFileSync(join(files, file), 'utf8');
    const imported = [...text.matchAll(/^import \{([^}]+)\}/gm)].flatMap(([, list = '']) => list.split(','));
    const made = [...text.matchAll(/^(?:export )?(?:const|let|function) ([\w$]+)/gm)].map(
      ([, name = '']) => name,
    );
    return [...imported.filter((name) => !name.includes('type ')), ...made].map((name) => name.trim());
  });
  const own = declared.filter((name) => /^[a-z]\w*$/.test(name));
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((name) => !taken.has(name))).toEqual([]);
});

/** The next-step example of the generator, with a real address and something mapped. */
function integrationsFile(url: string): string {
  const example = told.split('\n').filter((line) => /^ {7}/.test(line));
  const [integration] = parse(example.join('\n'));
  return JSON.stringify({
    tenants: [{ id: 'acme', webhook_secrets: ['not-used-here-0123456789'] }],
    integrations: [
      {
        ...integration,
        config: { url },
        secrets: { token: 't0ken' },
        mapping: { from_site: 'data.site_url' },
      },
    ],
  });
}

/** A copy of the workspace on the packages that are installed here. */
async function workspace(): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'new-sink-'));
  for (const name of [...SOURCES, ...SETTINGS, 'eslint.config.mjs', 'jest.config.mjs'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  const packages = join(copy, 'node_modules');
  await mkdir(join(packages, '@switchboard'), { recursive: true });
  for (const name of readdirSync(join(root, 'libs')))
    symlinkSync(join(copy, 'libs', name), join(packages, '@switchboard', name));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!['@switchboard', '.cache', '.installed-lock', '.package-lock.json'].includes(name))
      symlinkSync(join(root, 'node_modules', name), join(packages, name));
  }
  // The newest file of an installation: nothing is installed anew.
  writeFileSync(join(packages, '.package-lock.json'), '{}');
  return copy;
}

/** Texts of all source files, by path. */
function filesOf(copy: string): Map<string, string> {
  const paths = SOURCES.flatMap((name) =>
    name.includes('.')
      ? [join(copy, name)]
      : readdirSync(join(copy, name), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(paths.map((path) => [relative(copy, path), readFileSync(path, 'utf8')]));
}

const node = (...args: string[]) => nodeWith({}, ...args);

/** Runs Node in the copy. Answers what was printed; throws it when the exit code is not 0. */
async function nodeWith(more: Record<string, string>, ...args: string[]): Promise<string> {
  // Nx may run this spec, and what it tells of itself is about another workspace.
  const own = Object.entries(childEnv()).filter(([name]) => !name.startsWith('NX_'));
  const nx = { NX_WORKSPACE_ROOT_PATH: tree, NX_DAEMON: 'false', NX_TUI: 'false', CI: 'true' };
  const env = { ...Object.fromEntries(own), ...nx, ...more };
  const { code, output } = await outputOf(args, { cwd: tree, env });
  if (code !== 0) throw new Error(`node ${args.join(' ')}: exit code ${code}\n${output}`);
  return output;
}
