// `replay --dry-run`: shows how many would be replayed, and which requests the first of them would send.
import {
  type DeadLetterSelection,
  type DeliveryDryRun,
  dryRunReplay,
  type ReplayDryRun,
} from '@switchboard/ledger';
import { bodyText, countText, printable } from '../text.ts';
import { type CommandContext, DONE, FAILED } from './context.ts';

interface DryRunOptions {
  readonly actor: string;
  readonly force: boolean;
  readonly sample: number;
  /** With the headers and bodies of the requests. */
  readonly body: boolean;
  readonly json: boolean;
}

/** Shows what a replay would do. Returns the exit code. */
export async function dryRun(
  selection: DeadLetterSelection,
  wanted: DryRunOptions,
  { db, say }: CommandContext,
): Promise<number> {
  const { actor, force, sample } = wanted;
  const result = await dryRunReplay(db, selection, { actor, force, sample });
  const shown = wanted.body ? result : withoutBodies(result);
  if (wanted.json) say(JSON.stringify(shown));
  else {
    const { firstDeliveries, firstRecords } = shown;
    for (const line of [...firstDeliveries.flatMap(deliveryLines), ...firstRecords.map(recordLine)])
      say(line);
    const rest = result.deliveries + result.records - firstDeliveries.length - firstRecords.length;
    say(
      `Would replay ${countText(result)}${rest > 0 ? `; ${rest.toLocaleString('en')} are not shown` : ''}.`,
    );
  }
  return result.firstDeliveries.some((one) => 'problem' in one) ? FAILED : DONE;
}

function withoutBodies(result: ReplayDryRun): ReplayDryRun {
  const firstDeliveries = result.firstDeliveries.map((one) =>
    'problem' in one
      ? one
      : { ...one, requests: one.requests.map((request) => ({ ...request, headers: {}, body: null })) },
  );
  return { ...result, firstDeliveries };
}

function deliveryLines(one: DeliveryDryRun): string[] {
  if ('problem' in one) return [`d-${one.delivery}  ${printable(one.problem)}`];
  return [
    `d-${one.delivery}  ${printable(one.outcome)}, if the other side answers well`,
    ...one.requests.flatMap(({ method, host, path, headers, body, bodyBytes }) => [
      `  ${printable(`${method} ${host}${path}`)}  ${bodyBytes} bytes`,
      ...Object.entries(headers).map(([name, value]) => `    ${printable(`${name}: ${value}`)}`),
      ...(body === null ? [] : [bodyText(Buffer.from(body)).replace(/^/gm, '    ')]),
    ]),
  ];
}

function recordLine({ id, topic, partition, bytes }: ReplayDryRun['firstRecords'][number]): string {
  return `${id}  to ${printable(topic ?? 'nowhere')}, partition ${partition ?? '-'}, ${bytes ?? 0} bytes`;
}
