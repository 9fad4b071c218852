// The names of a new sink in each place, or the reason why it cannot be made.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../../build/ask.mjs';
import { sinkFolders } from '../../deploy/sinks.mjs';

/** A name or an event that cannot be. */
export class PlanError extends Error {
  code = 'CANNOT_MAKE_SINK';
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** As long as a sink's name may be, and no shorter. */
const LENGTHS = { min: 2, max: 40 };

/** Names that the language or the files themselves have taken. */
export const taken = new Set(
  [
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends',
    'false finally for function if implements import in instanceof interface let new null package private protected',
    'public return static super switch this throw true try typeof undefined var void while with yield',
    'afterEach beforeEach describe expect test z',
    'answer bearer bodyOf byStatus config configOf defineSink deliver delivered httpStub idIn run testSink token tryOnce',
  ].flatMap((line) => line.split(' ')),
);

/**
 * @typedef {object} Plan
 * @property {string} name of the sink, in integrations and metrics
 * @property {string} folder
 * @property {string} value what the sink is called in TypeScript
 * @property {string} title what people read
 * @property {string} type of the event
 * @property {string} event what contracts calls it
 */

/**
 * @param {string} root the checkout
 * @param {{ name: string, event: string }} wish
 * @returns {Promise<Plan>} throws PlanError, and AskError when the sources cannot be read
 */
export async function planSink(root, { name, event }) {
  const doing = `making the sink ${name}`;
  if (name.startsWith('sink-')) {
    throw new PlanError(`${doing}: leave out "sink-", the folder gets it anyway`);
  }
  if (!NAME.test(name) || name.length < LENGTHS.min || name.length > LENGTHS.max) {
    throw new PlanError(
      `${doing}: a name has ${LENGTHS.min} to ${LENGTHS.max} lower-case letters and digits, with single hyphens between`,
    );
  }
  const folder = `sink-${name}`;
  if (existsSync(join(root, 'apps', folder))) {
    throw new PlanError(`${doing}: apps/${folder} exists already; choose another name or delete the folder`);
  }
  const owner = (await sinkFolders(root)).find(({ sinks }) => sinks.some((sink) => sink.name === name));
  if (owner !== undefined) {
    throw new PlanError(`${doing}: apps/${owner.folder} has a sink of this name already; choose another`);
  }
  const events = await eventNames(root);
  const known = events[event];
  if (known === undefined) {
    throw new PlanError(
      `${doing}: no event has the type ${event}; there are ${Object.keys(events).join(', ')}`,
    );
  }
  return { name, folder, value: valueOf(name, known), title: titleOf(name), type: event, event: known };
}

/**
 * The types of all events, operational ones too, and what contracts calls each.
 * @param {string} root
 * @returns {Promise<Record<string, string>>}
 */
export function eventNames(root) {
  return ask(root, {
    doing: 'listing the events',
    lines: `
      import * as contracts from '@switchboard/contracts';
      const named = new Map(Object.entries(contracts).map(([name, value]) => [value, name]));
      const all = [...contracts.events, ...contracts.operations];
      const pairs = all.map((event) => [event.type, named.get(event)]);
      process.stdout.write(JSON.stringify(Object.fromEntries(pairs)));`,
  });
}

/** @param {string} name @param {string} event */
function valueOf(name, event) {
  const value = name.replace(/-([a-z0-9])/g, (_hyphen, next) => next.toUpperCase());
  return taken.has(value) || value === event ? `${value}Sink` : value;
}

/** @param {string} name */
function titleOf(name) {
  return name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join(' ');
}
