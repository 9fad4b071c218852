// Generates the Grafana dashboard of sinks, with a row of panels for each sink folder.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./sinks.mjs').SinkFolder} SinkFolder */

const root = fileURLToPath(new URL('../..', import.meta.url));
const WIDTH = 24;
const HEIGHT = 8;
const source = { type: 'prometheus', uid: '${source}' };

/** @param {SinkFolder[]} folders */
export function dashboard(folders) {
  return formatted({
    uid: 'switchboard-sinks',
    title: 'Switchboard: sinks',
    tags: ['switchboard'],
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [{ name: 'source', label: 'Data source', type: 'datasource', query: 'prometheus' }] },
    panels: folders.flatMap(rowOf),
  });
}

/** @param {SinkFolder} sinkFolder @param {number} index */
function rowOf({ folder, sinks }, index) {
  const names = sinks.map(({ name }) => name).join('|');
  const top = index * (1 + HEIGHT);
  const of = `sink=~"${names}"`;
  const seconds = (/** @type {number} */ share) =>
    `histogram_quantile(${share}, sum by (namespace, sink, le) (rate(switchboard_accepted_to_effect_seconds_bucket{${of}}[$__rate_interval])))`;
  const panels = [
    panel('Outcomes per second', 'cps', [
      [
        `sum by (namespace, sink, outcome) (rate(switchboard_deliveries_total{${of}}[$__rate_interval]))`,
        '{{namespace}} {{sink}} {{outcome}}',
      ],
    ]),
    panel('Accepted to effect', 's', [
      [seconds(0.5), '{{namespace}} {{sink}} p50'],
      [seconds(0.99), '{{namespace}} {{sink}} p99'],
    ]),
    panel('Rows that wait and that are dead', 'short', [
      [
        `max by (namespace, sink, state) (switchboard_ledger_rows{${of}})`,
        '{{namespace}} {{sink}} {{state}}',
      ],
    ]),
    panel('Age of the oldest delivery that waits', 's', [
      [`max by (namespace, sink) (switchboard_oldest_waiting_seconds{${of}})`, '{{namespace}} {{sink}}'],
    ]),
    panel('Integrations that are not ok', 'short', [
      [
        `max by (namespace, sink, status) (switchboard_integrations{${of},status!="ok"})`,
        '{{namespace}} {{sink}} {{status}}',
      ],
    ]),
    panel('Calls per second, by status', 'reqps', [
      [
        `sum by (namespace, endpoint, status_code) (rate(helpninja_api_call_duration_seconds_count{endpoint=~"(${names})(/.*)?"}[$__rate_interval]))`,
        '{{namespace}} {{endpoint}} {{status_code}}',
      ],
    ]),
  ];
  const first = index * (1 + panels.length) + 1;
  // Where a column begins: Grafana's grid has whole steps.
  const left = (/** @type {number} */ column) => Math.floor((column * WIDTH) / panels.length);
  return [
    {
      id: first,
      type: 'row',
      title: `${folder}: ${sinks.map(({ name }) => name).join(', ')}`,
      collapsed: false,
      gridPos: { x: 0, y: top, w: WIDTH, h: 1 },
      panels: [],
    },
    ...panels.map((each, column) => ({
      id: first + 1 + column,
      ...each,
      gridPos: { x: left(column), y: top + 1, w: left(column + 1) - left(column), h: HEIGHT },
    })),
  ];
}

/** @param {string} title @param {string} unit @param {[expr: string, legend: string][]} queries */
function panel(title, unit, queries) {
  return {
    type: 'timeseries',
    title,
    datasource: source,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: source,
      expr,
      legendFormat,
    })),
  };
}

/** As npm run format would leave it. @param {object} content */
function formatted(content) {
  const run = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'format', '--stdin-file-path=sinks.json'],
    { cwd: root, input: JSON.stringify(content, undefined, 2), encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(`formatting the dashboard: ${run.stderr}`);
  return run.stdout;
}
