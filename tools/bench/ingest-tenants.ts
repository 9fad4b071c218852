// The bench of ingest with a thousand tenants, named in the body or by the path, beside one tenant.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicName, topics } from '@switchboard/contracts';
import { encryptionKeys, SecretBox, webhookSecretPlace } from '@switchboard/postgres';
import type { Suite } from '@switchboard/testing';
import { service } from './contestants.ts';
import { alone, atMost, compared, type Figure, ratioAtLeast } from './figures.ts';
import { bodyOf, type Door, type Load, type LoadRequest, load, PATH } from './ingest-load.ts';
import { signatureOf } from '../load/signature.mjs';
import type { Running } from './processes.ts';
import { type Contestant, pairs, playRounds } from './rounds.ts';
import type { Workbench } from './workbench.ts';

const bench = 'ingest';
const TENANTS = 1_000;
const SECRETS_OF_EACH = 2;
const BODIES = 4_096;
const WARM_UP_S = 10;

/** An ingest that knows so many tenants. */
export interface House {
  readonly running: Running;
  readonly door: Door;
  readonly url: string;
  /** By tenant; the last is the one that signs. */
  readonly secrets: readonly (readonly string[])[];
}

/** Starts one whose tenants have two secrets each. */
export async function openHouse(desk: Workbench, tenants: number): Promise<House> {
  const corner = await desk.corner();
  const key = randomBytes(32).toString('hex');
  const secrets = await storeSecrets(corner, key, tenants);
  const command = await service(bench, corner, { ENCRYPTION_KEY: key });
  const running = desk.launch(command);
  await running.ready;
  const topic = topicName(topics.events, corner.env.TOPIC_PREFIX);
  return { running, url: command.url, door: { url: `${command.url}${PATH}`, topic }, secrets };
}

/** Signed webhooks per second: one tenant, and a thousand in both ways of naming them. */
export async function manyTenants(desk: Workbench): Promise<Figure[]> {
  const seconds = desk.quick ? 3 : 8;
  const one = await openHouse(desk, 1);
  const many = await openHouse(desk, TENANTS);
  try {
    const contestants = {
      'one tenant': contestant(desk, one, 'body', seconds),
      'tenants named in the body': contestant(desk, many, 'body', seconds),
      'tenants by path': contestant(desk, many, 'path', seconds),
    };
    for (const [name, run] of Object.entries(contestants)) {
      await desk.progress.step(`warming up, ${name}`, () => run(0, () => undefined), rateOf);
    }
    const results = await playRounds(desk, { rounds: desk.quick ? 3 : 5, show: rateOf, contestants });
    const reference = results['one tenant'];
    const ours = [results['tenants named in the body'], results['tenants by path']];
    return [
      ...['named in the body', 'by path'].map((how, index) =>
        compared(
          {
            bench,
            metric: `webhooks of 1,000 tenants ${how}, one tenant`,
            unit: 'requests/s',
            target: ratioAtLeast(0.9),
          },
          pairs(ours[index] ?? [], reference, ({ perSecond }) => perSecond),
        ),
      ),
      alone(
        { bench, metric: 'answers other than 2xx, tenants', unit: 'requests', target: atMost(0) },
        [...reference, ...ours.flat()].map(({ refused }) => refused),
      ),
    ];
  } finally {
    await Promise.all([one, many].map(({ running }) => running.stop()));
  }
}

function contestant(desk: Workbench, house: House, how: 'body' | 'path', seconds: number): Contestant<Load> {
  const requests = join(desk.folder, `tenants-${house.secrets.length}-${how}.json`);
  writeFileSync(requests, JSON.stringify(signedRequests(house, how)));
  return (round) => load(desk, house.door, { requests, seconds: round === 0 ? WARM_UP_S : seconds });
}

function signedRequests({ secrets }: House, how: 'body' | 'path'): LoadRequest[] {
  return Array.from({ length: BODIES }, (_, number) => {
    const tenant = number % secrets.length;
    const body = bodyOf(number, how === 'body' ? { tenant_id: `t${tenant}` } : {});
    const signature = signatureOf(body, secrets[tenant]?.at(-1) ?? '');
    return how === 'body' ? { body, signature } : { body, signature, path: `${PATH}/t${tenant}` };
  });
}

async function storeSecrets(corner: Suite, key: string, tenants: number): Promise<string[][]> {
  const box = new SecretBox(encryptionKeys(key));
  const secrets = Array.from({ length: tenants }, () =>
    Array.from({ length: SECRETS_OF_EACH }, () => randomBytes(24).toString('hex')),
  );
  const rows = secrets.flatMap((those, tenant) =>
    those.map((secret, index) => {
      const id = `t${tenant}-${index}`;
      return { id, tenant: `t${tenant}`, sealed: box.seal(secret, webhookSecretPlace(`t${tenant}`, id)) };
    }),
  );
  await corner.database.query(
    `insert into webhook_secrets (id, tenant_id, sealed)
     select * from unnest($1::text[], $2::text[], $3::text[])`,
    [rows.map(({ id }) => id), rows.map(({ tenant }) => tenant), rows.map(({ sealed }) => sealed)],
  );
  return secrets;
}

function rateOf({ perSecond, p99 }: Load): string {
  return `${Math.round(perSecond).toLocaleString('en')} requests/s, p99 ${p99} ms`;
}
