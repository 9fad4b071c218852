// Reads integrations.yaml: every fault is named with its line, and a file with a fault changes nothing.
import { deliverySettings, MIN_SECRET_BYTES, mapping, rules, tenantId } from '@switchboard/contracts';
import { environmentValue } from '@switchboard/service';
import { type Document, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/, 'must be lower-case letters, digits, dot, underscore, hyphen');
const moment = z.union([z.iso.datetime({ offset: true }), z.date()]).transform((value) => new Date(value));
const signingSecret = z
  .string()
  .refine(
    (secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES,
    `needs ${MIN_SECRET_BYTES} bytes or more`,
  );

/** Checked, and kept as it is given: what is left out follows the defaults of whatever version reads it. */
const delivery = z.record(z.string(), z.unknown()).superRefine((given, context) => {
  for (const issue of deliverySettings.safeParse(given).error?.issues ?? []) context.addIssue({ ...issue });
});

const tokens = z.int().nonnegative().optional();
/** Up to what is exact in millionths of a dollar. */
const usd = z.number().nonnegative().max(1e9).optional();
/** All of them are looked for in every text: so many and so long is what that may cost. */
const names = z.array(z.string().trim().min(1).max(100)).max(200).default([]);
/** As it can stand in the header of a call. */
const apiKey = z.string().regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks');

const tenant = z.strictObject({
  id: tenantId,
  webhook_secrets: z.array(signingSecret).min(1),
  /** The tenant's own key of the model, and what it may spend; 0: no call is made. */
  model: z
    .strictObject({
      api_key: apiKey.optional(),
      tokens_per_day: tokens,
      tokens_per_month: tokens,
      usd_per_day: usd,
      usd_per_month: usd,
    })
    .default({}),
  /** Names of its own products, and of others', that are looked for in what customers write. */
  products: names,
  competitors: names,
});

const integration = z.strictObject({
  id: name,
  tenant: tenantId,
  sink: name,
  active: z.boolean().default(true),
  /** Events accepted before are not for it; default: the moment it is first applied. */
  active_from: moment.optional(),
  config: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.string().min(1)).default({}),
  /** Which events it wants: all rules must hold. */
  rules: rules.default([]),
  /** Further fields of the sink's record, from paths of the event. */
  mapping: mapping.default({}),
  /** Retries, limits, breaker, ages. */
  delivery: delivery.default({}),
});

const file = z.strictObject({
  tenants: z.array(tenant).default([]),
  integrations: z.array(integration).default([]),
});

export type IntegrationsFile = z.output<typeof file>;
export type IntegrationEntry = z.output<typeof integration>;
export type TenantEntry = z.output<typeof tenant>;

/** A file that cannot be applied; the message has one line per fault: `FILE:LINE: path: what`. */
export class IntegrationsFileError extends Error {
  override readonly name = 'IntegrationsFileError';
  readonly code = 'INTEGRATIONS_INVALID';
}

/** A file, and how a fault of it is told: `FILE:LINE: path: what`. */
export interface ParsedIntegrations extends IntegrationsFile {
  readonly told: (path: Path, message: string) => string;
}

/** Parses and checks a file. `${NAME}` in a text value is taken from `env`, without blanks around it. Throws IntegrationsFileError. */
export function parseIntegrations(
  text: string,
  fileName: string,
  env: NodeJS.ProcessEnv,
): ParsedIntegrations {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults: Fault[] = document.errors.map((error) => ({
    offset: error.pos[0],
    path: '',
    message: error.message,
  }));
  const row = ({ offset, path, message }: Fault) =>
    `${fileName}:${lines.linePos(offset).line}:${path === '' ? '' : ` ${path}:`} ${message}`;
  if (faults.length > 0) throw unusable(faults.map(row));
  const raw = substitute(document.toJS() ?? {}, env, [], (path, message) =>
    faults.push(at(document, path, message)),
  );
  const result = file.safeParse(raw);
  if (!result.success) {
    // A variable that is not set is the fault, not the empty text that stands for it.
    const unset = new Set(faults.map(({ path }) => path));
    const issues = result.error.issues.flatMap((issue) => placed(document, issue));
    faults.push(...issues.filter(({ path }) => !unset.has(path)));
  } else {
    faults.push(...repeated(result.data).map(({ path, message }) => at(document, path, message)));
  }
  if (faults.length > 0 || !result.success) throw unusable(faults.map(row));
  return { ...result.data, told: (path, message) => row(at(document, path, message)) };
}

/** What a file with these faults ends in. */
export function unusable(rows: readonly string[]): IntegrationsFileError {
  return new IntegrationsFileError(
    `reading the integrations: nothing was changed, mend these\n${rows.join('\n')}`,
  );
}

interface Fault {
  readonly offset: number;
  readonly path: string;
  readonly message: string;
}

/** Where something stands in the file: keys and positions from the top. */
export type Path = readonly PropertyKey[];

/** Where an issue stands: a key that should not be there at the key itself. */
function placed(document: Document, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [at(document, issue.path, issue.message)];
  return issue.keys.map((key) => at(document, [...issue.path, key], 'is not a known field'));
}

function repeated(parsed: IntegrationsFile): { path: Path; message: string }[] {
  const faults: { path: Path; message: string }[] = [];
  for (const list of ['tenants', 'integrations'] as const) {
    const seen = new Set<string>();
    parsed[list].forEach(({ id }, index) => {
      if (seen.has(id)) faults.push({ path: [list, index, 'id'], message: `"${id}" stands twice` });
      seen.add(id);
    });
  }
  // The owner of a secret is the tenant, so a secret has one owner.
  const owners = new Map<string, string>();
  parsed.tenants.forEach(({ id, webhook_secrets }, tenant) => {
    webhook_secrets.forEach((secret, index) => {
      const owner = owners.get(secret);
      const path = ['tenants', tenant, 'webhook_secrets', index];
      if (owner !== undefined) faults.push({ path, message: `is a secret of ${owner} already` });
      owners.set(secret, id);
    });
  });
  return faults;
}

/** What no text in Postgres can hold. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const UNSTORABLE_SAYS = 'has a NUL or half of a surrogate pair, which cannot be stored';

function substitute(
  value: unknown,
  env: NodeJS.ProcessEnv,
  path: Path,
  fault: (path: Path, message: string) => void,
): unknown {
  if (typeof value === 'string') {
    if (UNSTORABLE.test(value)) fault(path, UNSTORABLE_SAYS);
    return value.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (_all, variable: string) => {
      const found = environmentValue(env, variable);
      if (found === undefined) fault(path, `the variable ${variable} is not set`);
      return found ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, env, [...path, index], fault));
  if (value !== null && typeof value === 'object' && !(value instanceof Date)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (UNSTORABLE.test(key)) fault([...path, key], UNSTORABLE_SAYS);
        return [key, substitute(item, env, [...path, key], fault)];
      }),
    );
  }
  return value;
}

/** Where a path stands in the text: its own node, else the nearest one around it. */
function at(document: Document, path: Path, message: string): Fault {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return { offset: node.range[0], path: path.join('.'), message };
  }
  return { offset: 0, path: path.join('.'), message };
}
