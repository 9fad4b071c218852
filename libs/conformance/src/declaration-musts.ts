// Rules about what a sink says of itself, before anything is delivered.
import { definitionOf, markedFields } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import { z } from 'zod';
import { type Must, type Seen, secretsOf } from './must.ts';
import { standIn } from './test-stand-in.ts';

const NAME = /^[a-z][a-z0-9-]{1,39}$/;
const CREDENTIAL = /(?:secret|token|password|passphrase|credential|(?:api|private|access)_?key)s?$/i;
const CREDENTIAL_HEADER = /auth|cookie|key|token|secret|signature/i;
/** What is shorter could be found where it is not meant. */
const SHORTEST_SECRET = 12;

export const declarationMusts: readonly Must[] = [
  {
    id: 'S1',
    title: 'has a name that topics, groups and tables can carry',
    faults: async ({ sink }) => (NAME.test(sink.name) ? [] : [`its name is "${sink.name}"`]),
  },
  {
    id: 'S2',
    title: 'accepts events of the catalogue, at least one',
    faults: async ({ sink }) => [
      ...(sink.accepts.length === 0 ? ['it accepts none'] : []),
      ...sink.accepts
        .filter((event) => definitionOf(event.type) !== event)
        .map(({ type }) => `${type} is not the catalogue's`),
    ],
  },
  {
    id: 'S3',
    title: 'gives a title to every setting, in a JSON Schema that can be derived',
    async faults({ sink }) {
      try {
        return untitled(z.toJSONSchema(sink.config, { io: 'input' }) as Node, '');
      } catch (error) {
        return [`its settings have no JSON Schema: ${(error as Error).message}`];
      }
    },
  },
  {
    id: 'S4',
    title: 'marks every credential as a secret, at the top level and as text',
    faults: async (seen) => [...wronglyMarked(seen), ...(await unmarked(seen))],
  },
  {
    id: 'S5',
    title: 'names the setting that is wrong, never its value, and calls nobody',
    faults: (seen) => wrongSettings(seen),
  },
];

interface Node {
  readonly title?: string;
  readonly type?: string;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly [keyword: string]: unknown;
}

function untitled(node: Node, at: string): string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const path = [at, name].filter(Boolean).join('.');
    return [...(property.title ? [] : [`"${path}" has no title`]), ...untitled(property, path)];
  });
  return [...own, ...below(node).flatMap((child) => untitled(child, at))];
}

/** Schemas inside a schema, but for its properties. */
function below({ properties: _properties, ...keywords }: Node): Node[] {
  const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
  return Object.entries(keywords).flatMap(([keyword, value]) => {
    if (keyword === 'default' || keyword === 'examples' || !isNode(value)) return [];
    if (Array.isArray(value)) return value.filter(isNode);
    return keyword === '$defs' ? Object.values(value).filter(isNode) : [value];
  });
}

function wronglyMarked({ sink, vendor }: Seen): string[] {
  const secret = markedFields(sink.config, 'secret');
  const config = vendor.config('http://127.0.0.1:1');
  const shape = sink.config.shape as Record<string, z.ZodType>;
  const schema = z.toJSONSchema(sink.config, { io: 'input', unrepresentable: 'any' }) as Node;
  return [
    ...Object.keys(shape)
      .filter((name) => CREDENTIAL.test(name) && !secret.includes(name))
      .map((name) => `"${name}" is a credential by its name and no secret`),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => openBelow(property, name)),
    ...secret
      .filter((name) => schema.properties?.[name]?.type !== 'string')
      .map((name) =>
        schema.properties?.[name]?.secret === true
          ? `the secret "${name}" is no text`
          : `"${name}" has a secret inside, which nobody can set by itself`,
      ),
    ...secret
      .filter((name) => String(config[name] ?? '').length < SHORTEST_SECRET)
      .map((name) => `config() gives no value of ${SHORTEST_SECRET} characters for the secret "${name}"`),
  ];
}

/** Credentials by their name, further inside, that are not marked, nor is what they are in. */
function openBelow(node: Node, at: string): string[] {
  if (node.secret === true) return [];
  const own = Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const path = `${at}.${name}`;
    const isOpen = CREDENTIAL.test(name) && property.type === 'string' && property.secret !== true;
    return [
      ...(isOpen ? [`"${path}" is a credential by its name and no secret`] : []),
      ...openBelow(property, path),
    ];
  });
  return [...own, ...below(node).flatMap((child) => openBelow(child, at))];
}

/** Settings that are sent as a credential. */
async function unmarked(seen: Seen): Promise<string[]> {
  const found = (await seen.trials.clean()).flatMap(({ config, requests }) => {
    const secrets = secretsOf(seen, config);
    const open = textsOf(config, []).filter(([, text]) => text.length > 3 && !secrets.includes(text));
    const sent = requests.flatMap(({ headers }) =>
      Object.entries(headers).filter(([name]) => CREDENTIAL_HEADER.test(name) && name !== 'idempotency-key'),
    );
    return open.flatMap(([name, value]) =>
      sent
        .filter(([, text]) => String(text).includes(value))
        .map(([header]) => `"${name}" is sent as ${header} and no secret`),
    );
  });
  return [...new Set(found)];
}

function textsOf(value: unknown, at: readonly string[]): [path: string, text: string][] {
  if (typeof value === 'string') return [[at.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, [...at, name]));
}

async function wrongSettings(seen: Seen): Promise<string[]> {
  const { sink, vendor } = seen;
  const [event] = sink.accepts;
  if (event === undefined) return [];
  const there = await standIn(vendor);
  try {
    const good = vendor.config(there.url);
    const faults: string[] = [];
    const names = Object.keys(sink.config.shape);
    const tries = names.flatMap((name) => {
      const { [name]: given, ...rest } = good;
      // A secret that was pasted into the wrong field, and a value that is nearly right.
      const wrong = [...secretsOf(seen, good), `${String(given)} and more`, 'not 4 value'];
      return [rest, ...wrong.map((value) => ({ ...good, [name]: value }))].map((config) => ({
        name,
        config,
      }));
    });
    for (const { name, config } of tries) {
      if (sink.config.safeParse(config).success) continue;
      const { kind, called, reason } = await tryOnce(sink, { event, config });
      if (kind !== 'broken' || called) faults.push(`a wrong "${name}" is not told as a broken integration`);
      if (!reason?.includes(name)) faults.push(`of a wrong "${name}" it says "${reason}", without the name`);
      const value = config[name];
      if (typeof value === 'string' && reason?.includes(value))
        faults.push(`of a wrong "${name}" it quotes the value`);
    }
    if (there.requests.length > 0) faults.push('it calls although its settings cannot work');
    return [...new Set(faults)];
  } finally {
    await there.close();
  }
}
