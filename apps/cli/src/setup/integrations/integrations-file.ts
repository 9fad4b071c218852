// Reads and checks integrations.yaml. Every fault is reported with its line; a file with a fault is not applied.
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

/** Checked, but stored as given: a setting that is left out has the default of the release that reads it. */
const delivery = z.record(z.string(), z.unknown()).superRefine((given, context) => {
  for (const issue of deliverySettings.safeParse(given).error?.issues ?? []) context.addIssue({ ...issue });
});

const tokens = z.int().nonnegative().optional();
/** At most what a number can hold exactly in millionths of a dollar. */
const usd = z.number().nonnegative().max(1e9).optional();
/** Every text is searched for all of them, so their number and length are limited. */
const names = z.array(z.string().trim().min(1).max(100)).max(200).default([]);
/** Only characters that an HTTP header can contain. */
const apiKey = z.string().regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks');

const tenant = z.strictObject({
  id: tenantId,
  webhook_secrets: z.array(signingSecret).min(1),
  /** The tenant's own model key, and how much the model may cost; 0: no calls. */
  model: z
    .strictObject({
      api_key: apiKey.optional(),
      tokens_per_day: tokens,
      tokens_per_month: tokens,
      usd_per_day: usd,
      usd_per_month: usd,
    })
    .default({}),
  /** Names of the tenant's products and of its competitors. The enricher finds them in what customers write. */
  products: names,
  competitors: names,
});

const integration = z.strictObject({
  id: name,
  tenant: tenantId,
  sink: name,
  active: z.boolean().default(true),
  /** Events accepted earlier are not delivered; default: when it is first applied. */
  active_from: moment.optional(),
  config: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.string().min(1)).default({}),
  /** Which events are delivered: all rules must hold. */
  rules: rules.default([]),
  /** Further fields of the other side's record, from values of the event. */
  mapping: mapping.default({}),
  /** Retries, limits, breaker, longest waits. */
  delivery: delivery.default({}),
});

const file = z.strictObject({
  tenants: z.array(tenant).default([]),
  integrations: z.array(integration).default([]),
});

export type IntegrationsFile = z.output<typeof file>;
export type IntegrationEntry = z.output<typeof integration>;
export type TenantEntry = z.output<typeof tenant>;

/** The file has faults. The message has one line for each: `FILE:LINE: path: what`. */
export class IntegrationsFileError extends Error {
  override readonly name = 'IntegrationsFileError';
  readonly code = 'INTEGRATIONS_INVALID';
}

/** A valid file. `faultLine` writes a fault found later: `FILE:LINE: path: what`. */
export interface ParsedIntegrations extends IntegrationsFile {
  readonly faultLine: (path: Path, message: string) => string;
}

/**
 * Parses and checks a file. `${NAME}` in a text is replaced from `env`, without blanks around. Throws
 * IntegrationsFileError.
 */
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
  if (faults.length > 0) throw invalidFile(faults.map(row));
  const raw = substitute(document.toJS() ?? {}, env, [], (path, message) =>
    faults.push(at(document, path, message)),
  );
  const result = file.safeParse(raw);
  if (!result.success) {
    // An unset variable is one fault; the empty text in its place would be a second one.
    const unset = new Set(faults.map(({ path }) => path));
    const issues = result.error.issues.flatMap((issue) => faultsOf(document, issue));
    faults.push(...issues.filter(({ path }) => !unset.has(path)));
  } else {
    faults.push(...repeated(result.data).map(({ path, message }) => at(document, path, message)));
  }
  if (faults.length > 0 || !result.success) throw invalidFile(faults.map(row));
  return { ...result.data, faultLine: (path, message) => row(at(document, path, message)) };
}

/** The error for a file with these faults. */
export function invalidFile(rows: readonly string[]): IntegrationsFileError {
  return new IntegrationsFileError(
    `reading the integrations: nothing was changed; correct these\n${rows.join('\n')}`,
  );
}

interface Fault {
  readonly offset: number;
  readonly path: string;
  readonly message: string;
}

/** A place in the file: keys and positions from the top. */
export type Path = readonly PropertyKey[];

/** The faults of an issue. An unknown key has its own line. */
function faultsOf(document: Document, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [at(document, issue.path, issue.message)];
  return issue.keys.map((key) => at(document, [...issue.path, key], 'is not a known field'));
}

function repeated(parsed: IntegrationsFile): { path: Path; message: string }[] {
  const faults: { path: Path; message: string }[] = [];
  for (const list of ['tenants', 'integrations'] as const) {
    const seen = new Set<string>();
    parsed[list].forEach(({ id }, index) => {
      if (seen.has(id)) faults.push({ path: [list, index, 'id'], message: `"${id}" is there twice` });
      seen.add(id);
    });
  }
  // A secret tells whose webhook it is, so two tenants cannot have the same one.
  const owners = new Map<string, string>();
  parsed.tenants.forEach(({ id, webhook_secrets }, tenant) => {
    webhook_secrets.forEach((secret, index) => {
      const owner = owners.get(secret);
      const path = ['tenants', tenant, 'webhook_secrets', index];
      if (owner !== undefined) faults.push({ path, message: `is already a secret of ${owner}` });
      owners.set(secret, id);
    });
  });
  return faults;
}

/** Characters that Postgres cannot store. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const UNSTORABLE_MESSAGE = 'has a NUL or half of a surrogate pair, which cannot be stored';

function substitute(
  value: unknown,
  env: NodeJS.ProcessEnv,
  path: Path,
  fault: (path: Path, message: string) => void,
): unknown {
  if (typeof value === 'string') {
    if (UNSTORABLE.test(value)) fault(path, UNSTORABLE_MESSAGE);
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
        if (UNSTORABLE.test(key)) fault([...path, key], UNSTORABLE_MESSAGE);
        return [key, substitute(item, env, [...path, key], fault)];
      }),
    );
  }
  return value;
}

/** A fault with its position in the text: that of its node, else of the nearest one around it. */
function at(document: Document, path: Path, message: string): Fault {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return { offset: node.range[0], path: path.join('.'), message };
  }
  return { offset: 0, path: path.join('.'), message };
}
