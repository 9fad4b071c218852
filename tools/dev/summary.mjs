// The table at the end of the simulation, and its check: every accepted event is delivered, or skipped on purpose. None
// is missing, waiting or dead.
import { inColumns, numbers } from '../command-line/table.mjs';

/**
 * What `setup report --json` says.
 * @typedef {object} Report
 * @property {number} accepted
 * @property {number} enriched
 * @property {number} conversations
 * @property {number} leads
 * @property {number} escalations
 * @property {number} deadLetters
 * @property {{ sink: string, state: string, count: number }[]} deliveries
 * @property {{ p50_ms: number | null, p99_ms: number | null }} latency from accepted to effect
 * @property {{ holds: boolean, problems: string[] }} conservation of the topics, compared event by event
 */

/**
 * A sink that has an integration here, and which of the report's events it must get a delivery for.
 * @typedef {{ sink: string, events: 'leads' | 'escalations' | 'conversations' }} Wanted
 */

/** States in which a delivery has come to a good end. */
const GOOD = ['delivered', 'skipped'];

/**
 * Deliveries of a sink, in one of these states or in any.
 * @param {Report} report
 * @param {string} sink
 * @param {readonly string[]} [states]
 */
export function countOf(report, sink, states) {
  return sum(report.deliveries.filter((row) => row.sink === sink && (states?.includes(row.state) ?? true)));
}

/** Deliveries of every sink in one state. @param {Report} report @param {string} state */
export function countIn(report, state) {
  return sum(report.deliveries.filter((row) => row.state === state));
}

/** @param {Report['deliveries']} rows */
const sum = (rows) => rows.reduce((all, { count }) => all + count, 0);

/**
 * Every way in which the numbers do not add up: `open` may still change, `final` will not. None: all has had its
 * effect.
 * @param {Report} report
 * @param {{ posted: number, wanted: readonly Wanted[] }} expected `posted` is how many events the simulation got a 2xx for
 * @returns {{ open: string[], final: string[] }}
 */
export function imbalances(report, { posted, wanted }) {
  const { accepted, deadLetters } = report;
  const waiting = countIn(report, 'waiting');
  const dead = countIn(report, 'dead');
  const good = sum(report.deliveries.filter(({ state }) => GOOD.includes(state)));
  const other = sum(report.deliveries) - good - waiting - dead;
  /** @type {[boolean, string][]} */
  const open = [
    [accepted === posted, `${posted} events were answered with 2xx, ${accepted} are in the first topic`],
    ...wanted.map(({ sink, events }) => {
      const rows = countOf(report, sink);
      const sentence = `${report[events]} ${events} were routed, ${sink} has ${rows} deliveries`;
      return /** @type {[boolean, string]} */ ([rows === report[events], sentence]);
    }),
    [waiting === 0, `${waiting} deliveries still wait`],
    [other === 0, `${other} deliveries are in a state that is not known here`],
  ];
  /** @type {[boolean, string][]} */
  const final = [
    [dead === 0, `${dead} deliveries are dead; npm run dlq -- list shows why`],
    [deadLetters === 0, `${deadLetters} records are dead letters; npm run dlq -- list shows why`],
  ];
  return { open: [...report.conservation.problems, ...broken(open)], final: broken(final) };
}

/** @param {[boolean, string][]} checks */
const broken = (checks) => checks.filter(([holds]) => !holds).map(([, sentence]) => sentence);

/** @param {Report} report @returns {string} */
export function table(report) {
  const { p50_ms, p99_ms } = report.latency;
  const sinks = [...new Set(report.deliveries.map(({ sink }) => sink))].sort();
  /** @type {[string, string][]} */
  const rows = [
    ['accepted', number(report.accepted)],
    ['enriched', number(report.enriched)],
    ['routed', number(report.conversations + report.leads + report.escalations)],
    ['  conversations', number(report.conversations)],
    ['  leads', number(report.leads)],
    ['  escalations', number(report.escalations)],
    ...sinks.map(
      (sink) =>
        /** @type {[string, string]} */ ([
          `delivered to ${sink}`,
          number(countOf(report, sink, ['delivered'])),
        ]),
    ),
    ['skipped', number(countIn(report, 'skipped'))],
    ['waiting', number(countIn(report, 'waiting'))],
    ['dead deliveries', number(countIn(report, 'dead'))],
    ['dead records', number(report.deadLetters)],
    ['accepted to effect, p50', milliseconds(p50_ms)],
    ['accepted to effect, p99', milliseconds(p99_ms)],
  ];
  return inColumns(
    rows.map(([name, value]) => [`  ${name}`, value]),
    numbers,
  ).join('\n');
}

/** @param {number} value */
const number = (value) => value.toLocaleString('en');

/** @param {number | null} value */
const milliseconds = (value) => (value === null ? '-' : `${number(Math.round(value))} ms`);
