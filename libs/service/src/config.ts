// One declaration of a service's settings gives its type, the parsing of the environment, `--help` and the docs table.
import { z } from 'zod';

declare module 'zod' {
  interface GlobalMeta {
    /** Another name under which the variable is accepted. */
    alias?: string;
  }
}

/** Settings by environment name. Each has a description in its meta; a `secret` is never printed. */
export type ConfigShape = Readonly<Record<string, z.ZodType>>;

export type Config<Shape extends ConfigShape> = { readonly [Name in keyof Shape]: z.output<Shape[Name]> };

/** A row of the documentation of settings. */
export interface SettingRow {
  readonly name: string;
  readonly alias?: string;
  readonly default: string;
  readonly description: string;
}

/** A wrong or missing setting fails the start. The message lists all problems at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
}

/** Reads settings from the environment. An empty variable counts as absent. Throws `ConfigError`. */
export function readConfig<Shape extends ConfigShape>(shape: Shape, env: NodeJS.ProcessEnv): Config<Shape> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const raw = variable(name, schema, env);
    const parsed = schema.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        `${name}: ${raw === undefined ? 'is missing' : (parsed.error.issues[0]?.message ?? 'is wrong')}`,
      );
  }
  if (problems.length > 0) {
    const list = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new ConfigError(`reading the settings: ${problems.length} wrong or missing (see --help)\n${list}`);
  }
  return values as Config<Shape>;
}

/** Rows for `--help` and the docs. */
export function settingRows(shape: ConfigShape): SettingRow[] {
  return Object.entries(shape).map(([name, schema]) => {
    const meta = schema.meta() ?? {};
    const byDefault = schema.safeParse(undefined);
    const value = byDefault.success ? (byDefault.data ?? '') : 'required';
    const shown = meta['secret'] && byDefault.success && byDefault.data !== undefined ? '' : String(value);
    return {
      name,
      ...(meta['alias'] ? { alias: meta['alias'] } : {}),
      default: shown,
      description: meta.description ?? '',
    };
  });
}

/** The text of `--help`. */
export function helpText(service: string, shape: ConfigShape): string {
  const rows = settingRows(shape).map((row) => [
    row.alias ? `${row.name} (${row.alias})` : row.name,
    row.default,
    row.description,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) => `  ${row[0]?.padEnd(widths[0] ?? 0)}  ${row[1]?.padEnd(widths[1] ?? 0)}  ${row[2]}`,
  );
  return [
    `${service}: settings are environment variables`,
    '',
    '  NAME, DEFAULT, MEANING',
    ...lines,
    '',
  ].join('\n');
}

function variable(name: string, schema: z.ZodType, env: NodeJS.ProcessEnv): string | undefined {
  const alias = schema.meta()?.['alias'];
  return environmentValue(env, env[name] !== undefined || alias === undefined ? name : alias);
}

/**
 * The trimmed value of an environment variable: files and secret stores often add a line break at the end. Undefined when
 * it is empty.
 */
export function environmentValue(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}
