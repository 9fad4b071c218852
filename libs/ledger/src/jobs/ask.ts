// The asker's side of a job: it is written down, and its result read, by whoever manages integrations.
import { randomUUID } from 'node:crypto';
import { type Database, jobSecretPlace, type SecretBox } from '@switchboard/postgres';
import { askedState, type JobKind, type JobResult, PATIENCE_SECONDS } from './job.ts';

/** What is asked, and of which integration. */
export type JobRequest = {
  readonly tenantId: string;
  readonly kind: JobKind;
  /** As `jobInput` has it for the kind. */
  readonly input?: object;
} & (
  | { readonly integrationId: string }
  | {
      readonly sink: string;
      /** Seals the secrets. */
      readonly box: SecretBox;
      /** Of an integration that is not saved. */
      readonly settings: {
        readonly config?: object;
        /** In the clear; they are sealed before they are stored. */
        readonly secrets?: Readonly<Record<string, string>>;
        readonly mapping?: object;
        readonly rules?: readonly unknown[];
        readonly delivery?: object;
      };
    }
);

/** A job as its asker sees it. `lost`: nobody took it in time, or whoever did has died. */
export interface AskedJob {
  readonly state: 'waiting' | 'taken' | 'done' | 'lost';
  readonly result: JobResult | null;
}

/** Asks for a job. Answers its id; undefined when the tenant has no such integration. */
export async function askJob(db: Database, request: JobRequest): Promise<string | undefined> {
  const { tenantId, kind, input = {} } = request;
  const id = randomUUID();
  if ('integrationId' in request) {
    const [made] = await db.query(
      `insert into sink_job (id, tenant_id, sink, kind, integration_id, input, state)
       select $1::uuid, tenant_id, sink, $2::text, id, $3::jsonb, $6::text from integrations where id = $4 and tenant_id = $5
       returning id`,
      [id, kind, JSON.stringify(input), request.integrationId, tenantId, askedState(kind)],
    );
    return made === undefined ? undefined : id;
  }
  const { secrets = {}, ...settings } = request.settings;
  const sealed = Object.entries(secrets).map(([field, value]) => [
    field,
    request.box.seal(value, jobSecretPlace(tenantId, id, field)),
  ]);
  await db.query(
    `insert into sink_job (id, tenant_id, sink, kind, settings, input, state)
     values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)`,
    [
      id,
      tenantId,
      request.sink,
      kind,
      JSON.stringify({ ...settings, secrets: Object.fromEntries(sealed) }),
      JSON.stringify(input),
      askedState(kind),
    ],
  );
  return id;
}

/** A tenant's job; undefined when there is none, or none any more. */
export async function readJob(db: Database, tenantId: string, id: string): Promise<AskedJob | undefined> {
  const [job] = await db.query<AskedJob>(
    `select case when state <> 'done' and coalesce(taken_at, asked_at) < now() - $3::int * interval '1 second'
       then 'lost' when state = 'pending' then 'waiting' else state end as state, result
     from sink_job where id = $1 and tenant_id = $2`,
    [id, tenantId, PATIENCE_SECONDS],
  );
  return job;
}
