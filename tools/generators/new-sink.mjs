// `npm run new:sink NAME`: runs the Nx generator and prints the next steps.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from '../dev/prepare.mjs';
import { readArguments, UsageError } from '../command-line/arguments.mjs';
import { planSink } from './new-sink/plan.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_EVENT = JSON.parse(readFileSync(join(import.meta.dirname, 'new-sink/schema.json'), 'utf8'))
  .properties.event.default;

const usage = `npm run new:sink NAME [-- --event TYPE]

Writes apps/sink-NAME: a sink that posts events to an address with a token, and its spec. Nothing else is to be edited:
what lists the sinks (docker-compose.yml, the Helm chart's values, dashboard, alerts, docs/sinks.md) is written anew.

  NAME           lower-case letters and digits, parts joined by single hyphens: acme-desk
  --event TYPE   the type of event that it takes first (${DEFAULT_EVENT})
  --help
`;

/** @param {string[]} argv @returns {{ name: string, event: string } | undefined} undefined: show how it is used */
function read(argv) {
  const { values, positionals } = readArguments(argv, {
    allowPositionals: true,
    options: { event: { type: 'string', default: DEFAULT_EVENT }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return undefined;
  const [name, ...more] = positionals;
  // Without `--` npm keeps the flag for itself, and its value where that does not hang on it with "=".
  const kept = process.env['npm_config_event'];
  const event = kept === 'true' ? more.shift() : kept;
  if (name === undefined || more.length > 0) {
    throw new UsageError(`name one sink\n\n${usage}`);
  }
  return { name, event: event ?? values.event };
}

/** @param {{ name: string, event: string }} wish */
async function make({ name, event }) {
  await prepare(root, { packagesOnly: true });
  // What cannot be made is told here, in our words and not in Nx's.
  await planSink(root, { name, event });
  const generate = ['g', './tools/generators/generators.json:sink', name, `--event=${event}`];
  const nx = spawnSync(
    process.execPath,
    [join(root, 'node_modules/nx/dist/bin/nx.js'), ...generate, '--quiet', '--no-interactive'],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  // Nx has said why.
  if (nx.status !== 0) process.exitCode = nx.status ?? 1;
  else process.stdout.write(nextSteps(name, event));
}

/** @param {string} name @param {string} type */
function nextSteps(name, type) {
  const folder = `sink-${name}`;
  const files = readdirSync(join(root, 'apps', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `  ${relative(root, join(entry.parentPath, entry.name))}`)
    .sort();
  return `Written, and all that lists the sinks brought up to date:
${files.join('\n')}

Next:
  1. Say in ${name}.ts what the other side wants: address, body, what its answers mean, its limits.
     docs/tutorial/01-a-sink.spec.ts goes through it step by step.
  2. npm test -- --selectProjects ${folder} && npm run lint && npm run typecheck
  3. Give a tenant one, in its integrations.yaml; it takes ${type}:

       - id: my-${name}
         tenant: acme
         sink: ${name}
         config: { url: 'https://…' }
         secrets: { token: '\${${name.replaceAll('-', '_').toUpperCase()}_TOKEN}' }

To take it away: delete the folder, npm run docs.
`;
}

try {
  const wish = read(process.argv.slice(2));
  if (wish === undefined) process.stdout.write(usage);
  else await make(wish);
} catch (error) {
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : /** @type {Error} */ (error).stack}\n`);
  process.exitCode = known ? 2 : 1;
}
