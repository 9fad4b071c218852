// The table at the end of the simulation, and the sum that must come out: what was accepted is somewhere.
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

/** Deliveries of a sink, in one state or all. @param {Report} report @param {string} sink @param {string} [state] */
export function countOf(report, sink, state) {
  const rows = report.deliveries.filter(
    (row) => row.sink === sink && (state === undefined || row.state === state),
  );
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** Deliveries of every sink in one state. @param {Report} report @param {string} state */
export function countIn(report, state) {
  return report.deliveries.filter((row) => row.state === state).reduce((sum, { count }) => sum + count, 0);
}

/**
 * Every way in which the numbers do not add up; none: nothing was lost.
 * @param {Report} report @param {number} posted how many events the simulation got a 2xx for
 */
export function imbalances(report, posted) {
  const { accepted, leads, escalations } = report;
  const waiting = countIn(report, 'waiting');
  /** @type {[boolean, string][]} */
  const checks = [
    [accepted === posted, `${posted} events were answered with 2xx, ${accepted} are in the first topic`],
    [
      countOf(report, 'hubspot') === leads,
      `${leads} leads routed, ${countOf(report, 'hubspot')} in HubSpot's ledger`,
    ],
    [
      countOf(report, 'slack') === escalations,
      `${escalations} escalations routed, ${countOf(report, 'slack')} in Slack's ledger`,
    ],
    [waiting === 0, `${waiting} deliveries still wait`],
  ];
  const broken = checks.filter(([holds]) => !holds).map(([, sentence]) => sentence);
  return [...report.conservation.problems, ...broken];
}

/** @param {Report} report @returns {string} */
export function table(report) {
  const dead = countIn(report, 'dead');
  const { p50_ms, p99_ms } = report.latency;
  /** @type {[string, string][]} */
  const rows = [
    ['accepted', number(report.accepted)],
    ['enriched', number(report.enriched)],
    ['routed', number(report.conversations + report.leads + report.escalations)],
    ['  conversations', number(report.conversations)],
    ['  leads', number(report.leads)],
    ['  escalations', number(report.escalations)],
    ['leads in the CRM', number(countOf(report, 'hubspot', 'delivered'))],
    ['messages in Slack', number(countOf(report, 'slack', 'delivered'))],
    ['skipped', number(countIn(report, 'skipped'))],
    ['dead', number(dead + report.deadLetters)],
    ['waiting', number(countIn(report, 'waiting'))],
    ['accepted to effect, p50', milliseconds(p50_ms)],
    ['accepted to effect, p99', milliseconds(p99_ms)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const size = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value.padStart(size)}`).join('\n');
}

/** @param {number} value */
const number = (value) => value.toLocaleString('en');

/** @param {number | null} value */
const milliseconds = (value) => (value === null ? '-' : `${number(Math.round(value))} ms`);
