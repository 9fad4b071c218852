// Generates the table of delivery settings from their schema, so that titles and descriptions are written only once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../build/ask.mjs';
import { withMarked } from './marked.mjs';

/** The page that has the table. */
export const settingsPage = 'docs/integrations.md';

/**
 * @typedef {object} Schema what is read of a JSON Schema
 * @property {Record<string, Schema>} [properties]
 * @property {Schema[]} [oneOf]
 * @property {Schema | false} [additionalProperties]
 * @property {string} [description]
 * @property {unknown} [default]
 * @property {unknown} [const]
 *
 * @typedef {{ path: string, kinds: string[], schema: Schema }} Setting `kinds`: where only some of a choice have it
 */

/** The page with its table as the schema is now. @param {string} root the checkout */
export async function renderSettingsPage(root) {
  const text = readFileSync(join(root, settingsPage), 'utf8');
  return withMarked(settingsPage, text, 'delivery-settings', settingsTable(await deliverySchema(root)));
}

/** @param {string} root @returns {Promise<Schema>} */
export function deliverySchema(root) {
  return ask(root, {
    doing: 'reading the delivery settings',
    lines: `
      import { z } from 'zod';
      import { deliverySettings } from '@switchboard/contracts';
      process.stdout.write(JSON.stringify(z.toJSONSchema(deliverySettings, { io: 'input' })));`,
  });
}

/** One row for each setting, by its path; `<pattern>` stands for what a person chooses. @param {Schema} schema */
export function settingsTable(schema) {
  const rows = settingsOf(schema).map(({ path, kinds, schema: { description = '', default: value } }) => {
    const only = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
    return `| \`${path}\`${only} | ${shown(path, value)} | ${description.replace(/[|*]/g, '\\$&')} |`;
  });
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** @param {Schema} schema @returns {Setting[]} */
function settingsOf({ properties = {}, oneOf = [], additionalProperties }, path = '') {
  const own = Object.entries(properties).flatMap(([name, schema]) => {
    const inner = settingsOf(schema, `${path}${name}.`);
    return [{ path: `${path}${name}`, kinds: [], schema }, ...inner];
  });
  const more = additionalProperties ? settingsOf(additionalProperties, `${path}<pattern>.`) : [];
  return [...own, ...choices(oneOf, path), ...more];
}

/**
 * Settings of a choice by its `kind`, each with the kinds that have it.
 * @param {Schema[]} oneOf
 * @param {string} path
 */
function choices(oneOf, path) {
  /** @type {Map<string, Setting>} */
  const found = new Map();
  for (const schema of oneOf) {
    const kind = String(schema.properties?.['kind']?.const);
    for (const setting of settingsOf(schema, path)) {
      const known = found.get(setting.path);
      if (known === undefined) found.set(setting.path, { ...setting, kinds: [kind] });
      else known.kinds.push(kind);
    }
  }
  return [...found.values()];
}

/** @type {[seconds: number, name: string][]} */
const UNITS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];

/** @param {string} path @param {unknown} value */
function shown(path, value) {
  const json = JSON.stringify(value);
  // A group says nothing itself: its settings have their own defaults.
  if (json === undefined || json === '{}') return '';
  const text = `\`${typeof value === 'string' ? value : json}\``;
  const unit = typeof value === 'number' && UNITS.find(([seconds]) => value % seconds === 0);
  if (!unit || !path.endsWith('_seconds')) return text;
  const count = Number(value) / unit[0];
  return `${text} (${count} ${unit[1]}${count === 1 ? '' : 's'})`;
}
