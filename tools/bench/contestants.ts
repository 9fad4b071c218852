// Starts the programs that are measured: the services from dist, and the reference programs, whose topics and group are
// arguments.
import { mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Suite } from '@switchboard/testing';
import { ensureTools, javaCommand } from '../servers/java.mjs';
import { freePorts } from '../servers/ports.mjs';
import { fetchJars, haveJars } from '../servers/kafka-jars.mjs';
import { run } from '../processes/run.mjs';
import { root } from '../root.mjs';
import type { Command } from './processes.ts';
import type { Workbench } from './workbench.ts';

const references = join(root, 'tools/bench/references');

/** What a forwarding reference is told. */
export interface Forwarding {
  readonly brokers: string;
  readonly group: string;
  readonly input: string;
  /** Topics by event type. */
  readonly routes: ReadonlyMap<string, readonly string[]>;
}

/** One of ours from dist/, in a corner, on a free port. */
export async function service(
  name: string,
  corner: Suite,
  env: Readonly<Record<string, string>> = {},
): Promise<Command & { readonly url: string }> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  return {
    name,
    url,
    program: process.execPath,
    args: [join(root, 'dist', name, 'main.mjs')],
    env: {
      ...corner.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'warn',
      SWITCHBOARD_PARENT: '1',
      ...env,
    },
    readyUrl: `${url}/health/ready`,
  };
}

/** A reference that is a script for Node. */
export function script(name: string, args: readonly string[]): Command {
  return { name, program: process.execPath, args: [join(references, `${name}.mjs`), ...args] };
}

/** A stand-in of tools/stand-ins on a free port; `readyPath` is what it tells of itself. */
export async function standIn(
  name: 'platform' | 'vendors' | 'webhooks',
  readyPath: string,
  ...more: string[]
): Promise<Command & { readonly url: string; readonly readyUrl: string }> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const args = [join(root, 'tools/stand-ins', `${name}.mjs`), String(port), ...more];
  return { name, url, program: process.execPath, args, readyUrl: `${url}${readyPath}` };
}

/** The arguments that all forwarding references share. */
export function forwardArguments({ brokers, group, input, routes }: Forwarding): string[] {
  return [brokers, group, input, ...routeArguments(routes)];
}

function routeArguments(routes: Forwarding['routes']): string[] {
  return [...routes]
    .filter(([, topics]) => topics.length > 0)
    .map(([type, topics]) => `${type}=${topics.join(',')}`);
}

/** Fetches Kafka Streams and compiles its reference; resolves to a way to start it. */
export async function streamsReference(bench: Workbench): Promise<(job: Forwarding) => Command> {
  const pom = join(references, 'streams/pom.xml');
  const classes = join(bench.folder, 'streams/classes');
  await ensureTools({ needMaven: !haveJars(pom), say: bench.progress.say, guard: bench.guard });
  const jars = await bench.progress.step('Kafka Streams by Maven', ({ note }) =>
    fetchJars({ guard: bench.guard, onProgress: (files) => note(`${files} files`), pom }),
  );
  mkdirSync(classes, { recursive: true });
  const java = javaCommand();
  const every = readdirSync(jars).map((jar) => join(jars, jar));
  const compiler = 'org.eclipse.jdt.internal.compiler.batch.Main';
  const source = join(references, 'streams/Forward.java');
  await run(
    java,
    [
      '-cp',
      join(jars, '*'),
      compiler,
      '--release',
      '17',
      '-cp',
      every.join(delimiter),
      '-d',
      classes,
      source,
    ],
    {
      doing: 'compiling the Kafka Streams reference',
      guard: bench.guard,
    },
  );
  return ({ brokers, group, input, routes }) => ({
    name: 'kafka-streams',
    program: java,
    args: [
      ...[
        '-cp',
        `${join(jars, '*')}${delimiter}${classes}`,
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        'Forward',
      ],
      ...[brokers, group, input, join(bench.folder, 'streams', group), ...routeArguments(routes)],
    ],
  });
}
