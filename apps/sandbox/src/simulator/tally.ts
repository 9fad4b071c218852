// Counts what a run has done, for its progress and its report.
import { createHistogram, performance } from 'node:perf_hooks';
import type { Posted } from './webhook.ts';

/** The numbers of a run, as printed by `--json`. */
export interface Report {
  conversations: number;
  events: number;
  accepted: number;
  rejected: number;
  /** Posts that were repeated after a 503 or a failed connection. */
  repeated: number;
  /** Intended repeats of events; `events` does not count them. */
  duplicates: number;
  by_type: Record<string, number>;
  by_status: Record<string, number>;
  duration_s: number;
  p50_ms: number;
  p99_ms: number;
  rate: number;
  /** Why the run ended early. */
  stopped?: string;
}

/** The counts of a run. */
export class Tally {
  conversations = 0;
  private repeated = 0;
  private duplicates = 0;
  private refusedDuplicates = 0;
  private readonly byType = new Map<string, number>();
  private readonly byStatus = new Map<number, number>();
  private readonly latency = createHistogram();
  private readonly started = performance.now();

  add(type: string, posted: Posted): void {
    this.byType.set(type, (this.byType.get(type) ?? 0) + 1);
    this.byStatus.set(posted.status, (this.byStatus.get(posted.status) ?? 0) + 1);
    this.repeated += posted.repeats;
    this.latency.record(Math.max(Math.round(posted.ms * 1000), 1));
  }

  /** Counts the intended repeat of an event. */
  repeat(posted: Posted): void {
    this.duplicates += 1;
    this.repeated += posted.repeats;
    if (posted.status < 200 || posted.status > 299) this.refusedDuplicates += 1;
  }

  report(stopped?: string): Report {
    const statuses = [...this.byStatus].sort(([one], [other]) => one - other);
    const sum = (counts: [number, number][]) => counts.reduce((total, [, count]) => total + count, 0);
    const events = sum(statuses);
    const accepted = sum(statuses.filter(([status]) => status >= 200 && status < 300));
    const seconds = (performance.now() - this.started) / 1000;
    const ms = (percentile: number) =>
      events === 0 ? 0 : Math.round(this.latency.percentile(percentile) / 10) / 100;
    return {
      conversations: this.conversations,
      events,
      accepted,
      rejected: events - accepted + this.refusedDuplicates,
      repeated: this.repeated,
      duplicates: this.duplicates,
      by_type: Object.fromEntries([...this.byType].sort(([one], [other]) => one.localeCompare(other))),
      by_status: Object.fromEntries(statuses.map(([status, count]) => [String(status), count])),
      duration_s: Math.round(seconds * 1000) / 1000,
      p50_ms: ms(50),
      p99_ms: ms(99),
      rate: Math.round((events / seconds) * 10) / 10,
      ...(stopped === undefined ? {} : { stopped }),
    };
  }
}

/** The report as an aligned table. */
export function table(report: Report): string {
  const whole = (value: number) => value.toLocaleString('en-US');
  const refused = Object.entries(report.by_status)
    .filter(([status]) => !status.startsWith('2'))
    .map(([status, count]) => `${status}: ${whole(count)}`);
  const rows: [string, string, string][] = [
    ['conversations', whole(report.conversations), ''],
    ['events', whole(report.events), ''],
    ...Object.entries(report.by_type).map(([type, count]): [string, string, string] => [
      `  ${type}`,
      whole(count),
      '',
    ]),
    ['accepted', whole(report.accepted), ''],
    ['refused', whole(report.rejected), refused.join(', ')],
    ['posted again', whole(report.repeated), ''],
    ['posted twice', whole(report.duplicates), ''],
    ['duration', report.duration_s.toFixed(1), 's'],
    ['rate', whole(report.rate), 'events/s'],
    ['answer p50', report.p50_ms.toFixed(1), 'ms'],
    ['answer p99', report.p99_ms.toFixed(1), 'ms'],
  ];
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([name, value, unit]) =>
      `${name.padEnd(first ?? 0)}  ${value.padStart(second ?? 0)} ${unit}`.trimEnd(),
    )
    .concat(report.stopped === undefined ? [] : ['', `Stopped early: ${report.stopped}`])
    .join('\n');
}
