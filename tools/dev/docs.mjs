// Writes the generated parts of files in the repository: the table of settings, as each service prints it (--help --json),
// the table of delivery settings, and everything that follows from the list of sink folders.
// `npm run docs` writes. `npm run docs -- --check` only compares, and fails when a file is out of date.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appNames, buildApps } from '../build/build.mjs';
import { readArguments, UsageError } from '../command-line/arguments.mjs';
import { renderSettingsPage, settingsPage } from '../deploy/delivery-settings.mjs';
import { changedFiles, renderDerived, writeChanged } from '../deploy/derived.mjs';
import { withMarked } from '../deploy/marked.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @typedef {{ name: string, alias?: string, default: string, description: string }} Row */

/** The page that has the table of settings. */
export const environmentPage = 'docs/settings.md';

/** The page with the table as the services print it now. */
export async function renderEnvironmentPage() {
  const text = readFileSync(join(root, environmentPage), 'utf8');
  // All sinks have the same settings, those of the delivery runtime: one of them stands for all.
  const [sink = ''] = appNames().filter((name) => name.startsWith('sink-'));
  const apps = ['ingest', 'enricher', 'router', 'metrics', sink, 'cli'];
  await buildApps(apps);
  const settings = new Map(apps.map((app) => [app === sink ? 'sink-*' : app, rowsOf(app)]));
  return withMarked(environmentPage, text, 'settings', table(settings));
}

/** @param {string} app @returns {Row[]} */
function rowsOf(app) {
  const run = spawnSync(process.execPath, [join(root, 'dist', app, 'main.mjs'), '--help', '--json'], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`asking ${app} for its settings: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

/** One row per setting: who has it, under which names, with which default. @param {Map<string, Row[]>} settings */
function table(settings) {
  /** @type {Map<string, { row: Row, apps: Map<string, string> }>} */
  const byName = new Map();
  for (const [app, rows] of settings) {
    for (const row of rows) {
      const known = byName.get(row.name) ?? { row, apps: new Map() };
      byName.set(row.name, known);
      known.apps.set(app, row.default);
    }
  }
  const lines = [...byName.values()].map(({ row, apps }) => {
    const name = row.alias ? `\`${row.name}\` (\`${row.alias}\`)` : `\`${row.name}\``;
    const services = [...settings.keys()].filter((app) => app !== 'cli');
    const everywhere = services.every((app) => apps.has(app));
    // A setting that the command line shares with services is shown with the services' default.
    const ofServices = [...apps].filter(([app]) => apps.size === 1 || app !== 'cli');
    const defaults = new Set(ofServices.map(([, value]) => value));
    const shown =
      defaults.size === 1
        ? [...defaults][0]
        : ofServices.map(([app, value]) => `${app} ${value || 'none'}`).join(', ');
    return `| ${name} | ${everywhere ? 'all' : [...apps.keys()].join(', ')} | ${shown} | ${row.description} |`;
  });
  return ['| variable | used by | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

const usage = `npm run docs -- [options]

Writes the generated parts of files in the repository: the settings in docs/settings.md, the delivery settings in
docs/integrations.md, the sinks in docs/sinks.md, docker-compose.yml, the Helm chart's values, the dashboard and the alerts.

  --check   writes nothing; exit code 1 when a file is out of date
  --help
`;

/** @param {boolean} check */
async function main(check) {
  const texts = await renderDerived(root);
  texts.set(settingsPage, await renderSettingsPage(root));
  texts.set(environmentPage, await renderEnvironmentPage());
  if (!check) writeChanged(root, texts);
  else if (changedFiles(root, texts).length > 0) {
    process.stderr.write(`Out of date: ${changedFiles(root, texts).join(', ')}. Run npm run docs\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { values } = readArguments(process.argv.slice(2), {
      options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) process.stdout.write(usage);
    else await main(values.check);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
}
