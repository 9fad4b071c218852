// `replay --dry-run`: how many, and what the first of them would send.
import {
  type DeadLetterSelection,
  type DeliveryDryRun,
  dryRunReplay,
  type ReplayDryRun,
} from '@switchboard/ledger';
import { bodyText, counted, harmless } from '../text.ts';
import { type Desk, DONE, NOT_ALL } from './desk.ts';

interface Wanted {
  readonly actor: string;
  readonly force: boolean;
  readonly sample: number;
  /** Bodies and headers of the requests too. */
  readonly body: boolean;
  readonly json: boolean;
}

/** Shows what a replay would do. Answers the exit code. */
export async function dryRun(
  chosen: DeadLetterSelection,
  wanted: Wanted,
  { db, say }: Desk,
): Promise<number> {
  const { actor, force, sample } = wanted;
  const result = await dryRunReplay(db, chosen, { actor, force, sample });
  const shown = wanted.body ? result : withoutBodies(result);
  if (wanted.json) say(JSON.stringify(shown));
  else {
    const { firstDeliveries, firstRecords } = shown;
    for (const line of [...firstDeliveries.flatMap(deliveryLines), ...firstRecords.map(recordLine)])
      say(line);
    const rest = result.deliveries + result.records - firstDeliveries.length - firstRecords.length;
    say(`Would replay ${counted(result)}${rest > 0 ? `; ${rest.toLocaleString('en')} are not shown` : ''}.`);
  }
  return result.firstDeliveries.some((one) => 'problem' in one) ? NOT_ALL : DONE;
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
  if ('problem' in one) return [`d-${one.delivery}  ${harmless(one.problem)}`];
  return [
    `d-${one.delivery}  ${harmless(one.outcome)}, if every answer were as good as made up`,
    ...one.requests.flatMap(({ method, host, path, headers, body, bodyBytes }) => [
      `  ${harmless(`${method} ${host}${path}`)}  ${bodyBytes} bytes`,
      ...Object.entries(headers).map(([name, value]) => `    ${harmless(`${name}: ${value}`)}`),
      ...(body === null ? [] : [bodyText(Buffer.from(body)).replace(/^/gm, '    ')]),
    ]),
  ];
}

function recordLine({ id, topic, partition, bytes }: ReplayDryRun['firstRecords'][number]): string {
  return `${id}  to ${harmless(topic ?? 'nowhere')}, partition ${partition ?? '-'}, ${bytes ?? 0} bytes`;
}
