// Rules about what a sink declares, before anything is delivered.
import { definitionOf, markedFields } from '@switchboard/contracts';
import { tryOnce } from '@switchboard/delivery';
import { z } from 'zod';
import { type Rule, type RuleContext, secretsOf } from './rule.ts';
import { startStandIn } from './stand-in.ts';

const NAME = /^[a-z][a-z0-9-]{1,39}$/;
const CREDENTIAL = /(?:secret|token|password|passphrase|credential|(?:api|private|access)_?key)s?$/i;
const CREDENTIAL_HEADER = /auth|cookie|key|token|secret|signature/i;
/** The suite looks for secrets in texts; a shorter one could be found by chance. */
const SHORTEST_SECRET = 12;

export const declarationRules: readonly Rule[] = [
  {
    id: 'S1',
    title: 'has a name that fits topics, consumer groups and tables',
    faults: async ({ sink }) => (NAME.test(sink.name) ? [] : [`its name is "${sink.name}"`]),
  },
  {
    id: 'S2',
    title: 'accepts events of the catalogue, at least one',
    faults: async ({ sink }) => [
      ...(sink.accepts.length === 0 ? ['it accepts none'] : []),
      ...sink.accepts
        .filter((event) => definitionOf(event.type) !== event)
        .map(({ type }) => `${type} is not the event of the catalogue`),
    ],
  },
  {
    id: 'S3',
    title: 'gives a title to every setting, in a JSON Schema that can be derived',
    async faults({ sink }) {
      try {
        return titleFaults(z.toJSONSchema(sink.config, { io: 'input' }) as SchemaNode, '');
      } catch (error) {
        return [`its settings have no JSON Schema: ${(error as Error).message}`];
      }
    },
  },
  {
    id: 'S4',
    title: 'marks every credential as a secret, at the top level and as text',
    faults: async (context) => [...markingFaults(context), ...(await sentAsCredential(context))],
  },
  {
    id: 'S5',
    title: 'names a wrong setting without its value, and makes no call',
    faults: (context) => wrongSettingFaults(context),
  },
];

interface SchemaNode {
  readonly title?: string;
  readonly type?: string;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly [keyword: string]: unknown;
}

function titleFaults(node: SchemaNode, at: string): string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const path = [at, name].filter(Boolean).join('.');
    return [...(property.title ? [] : [`"${path}" has no title`]), ...titleFaults(property, path)];
  });
  return [...own, ...subschemas(node).flatMap((child) => titleFaults(child, at))];
}

/** Schemas inside a schema, except its properties. */
function subschemas({ properties: _properties, ...keywords }: SchemaNode): SchemaNode[] {
  const isNode = (value: unknown): value is SchemaNode => typeof value === 'object' && value !== null;
  return Object.entries(keywords).flatMap(([keyword, value]) => {
    if (keyword === 'default' || keyword === 'examples' || !isNode(value)) return [];
    if (Array.isArray(value)) return value.filter(isNode);
    return keyword === '$defs' ? Object.values(value).filter(isNode) : [value];
  });
}

function markingFaults({ sink, vendor }: RuleContext): string[] {
  const secret = markedFields(sink.config, 'secret');
  const config = vendor.config('http://127.0.0.1:1');
  const shape = sink.config.shape as Record<string, z.ZodType>;
  const schema = z.toJSONSchema(sink.config, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
  return [
    ...Object.keys(shape)
      .filter((name) => CREDENTIAL.test(name) && !secret.includes(name))
      .map((name) => `"${name}" has the name of a credential and is not marked as a secret`),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => unmarkedInside(property, name)),
    ...secret
      .filter((name) => schema.properties?.[name]?.type !== 'string')
      .map((name) =>
        schema.properties?.[name]?.secret === true
          ? `the secret "${name}" is not a text`
          : `"${name}" has a secret inside, which cannot be set by itself`,
      ),
    ...secret
      .filter((name) => String(config[name] ?? '').length < SHORTEST_SECRET)
      .map((name) => `config() gives no value of ${SHORTEST_SECRET} characters for the secret "${name}"`),
  ];
}

/** Nested settings with the name of a credential that are not marked, and are not inside a marked setting. */
function unmarkedInside(node: SchemaNode, at: string): string[] {
  if (node.secret === true) return [];
  const own = Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const path = `${at}.${name}`;
    const isUnmarked = CREDENTIAL.test(name) && property.type === 'string' && property.secret !== true;
    return [
      ...(isUnmarked ? [`"${path}" has the name of a credential and is not marked as a secret`] : []),
      ...unmarkedInside(property, path),
    ];
  });
  return [...own, ...subschemas(node).flatMap((child) => unmarkedInside(child, at))];
}

/** Settings that are sent as a credential. */
async function sentAsCredential(context: RuleContext): Promise<string[]> {
  const found = (await context.trials.examples()).flatMap(({ config, requests }) => {
    const secrets = secretsOf(context, config);
    const open = textsOf(config, []).filter(([, text]) => text.length > 3 && !secrets.includes(text));
    const sent = requests.flatMap(({ headers }) =>
      Object.entries(headers).filter(([name]) => CREDENTIAL_HEADER.test(name) && name !== 'idempotency-key'),
    );
    return open.flatMap(([name, value]) =>
      sent
        .filter(([, text]) => String(text).includes(value))
        .map(([header]) => `"${name}" is sent as ${header} and is not marked as a secret`),
    );
  });
  return [...new Set(found)];
}

function textsOf(value: unknown, at: readonly string[]): [path: string, text: string][] {
  if (typeof value === 'string') return [[at.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, [...at, name]));
}

async function wrongSettingFaults(context: RuleContext): Promise<string[]> {
  const { sink, vendor } = context;
  const [event] = sink.accepts;
  if (event === undefined) return [];
  const standIn = await startStandIn(vendor);
  try {
    const good = vendor.config(standIn.url);
    const faults: string[] = [];
    const names = Object.keys(sink.config.shape);
    const tries = names.flatMap((name) => {
      const { [name]: given, ...rest } = good;
      // A secret pasted into the wrong field, and a value that is almost right.
      const wrong = [...secretsOf(context, good), `${String(given)} and more`, 'not 4 value'];
      return [rest, ...wrong.map((value) => ({ ...good, [name]: value }))].map((config) => ({
        name,
        config,
      }));
    });
    for (const { name, config } of tries) {
      if (sink.config.safeParse(config).success) continue;
      const { kind, called, reason } = await tryOnce(sink, { event, config });
      if (kind !== 'broken' || called)
        faults.push(`a wrong "${name}" is not reported as a broken integration`);
      if (!reason?.includes(name))
        faults.push(`the reason for a wrong "${name}" does not contain its name: "${reason}"`);
      const value = config[name];
      if (typeof value === 'string' && reason?.includes(value))
        faults.push(`the reason for a wrong "${name}" contains the value`);
    }
    if (standIn.requests.length > 0) faults.push('it makes calls although its settings cannot work');
    return [...new Set(faults)];
  } finally {
    await standIn.close();
  }
}
