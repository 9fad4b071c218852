// Requests jobs of sinks and reads their results, for whoever manages integrations.
import { randomUUID } from 'node:crypto';
import { type Database, jobSecretPlace, type SecretBox } from '@switchboard/postgres';
import { initialState, JOB_TIMEOUT_SECONDS, type JobKind, type JobResult } from './job.ts';

/** A job to request, and its integration. */
export type JobRequest = {
  readonly tenantId: string;
  readonly kind: JobKind;
  /** The input as `jobInput` defines it for the kind. */
  readonly input?: object;
} & (
  | { readonly integrationId: string }
  | {
      readonly sink: string;
      /** Encrypts the secrets. */
      readonly box: SecretBox;
      /** The settings of an integration that is not saved. */
      readonly settings: {
        readonly config?: object;
        /** As plain text; they are encrypted before they are stored. */
        readonly secrets?: Readonly<Record<string, string>>;
        readonly mapping?: object;
        readonly rules?: readonly unknown[];
        readonly delivery?: object;
      };
    }
);

/** A job as its requester sees it. `lost`: no process took it in time, or the process that took it has died. */
export interface RequestedJob {
  readonly state: 'waiting' | 'taken' | 'done' | 'lost';
  readonly result: JobResult | null;
}

/** Requests a job. Returns its id; undefined when the tenant has no such integration. */
export async function requestJob(db: Database, request: JobRequest): Promise<string | undefined> {
  const { tenantId, kind, input = {} } = request;
  const id = randomUUID();
  if ('integrationId' in request) {
    const [created] = await db.query(
      `insert into sink_job (id, tenant_id, sink, kind, integration_id, input, state)
       select $1::uuid, tenant_id, sink, $2::text, id, $3::jsonb, $6::text from integrations where id = $4 and tenant_id = $5
       returning id`,
      [id, kind, JSON.stringify(input), request.integrationId, tenantId, initialState(kind)],
    );
    return created === undefined ? undefined : id;
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
      initialState(kind),
    ],
  );
  return id;
}

/** A job of a tenant; undefined when there is none, or it has been deleted. */
export async function readJob(db: Database, tenantId: string, id: string): Promise<RequestedJob | undefined> {
  const [job] = await db.query<RequestedJob>(
    `select case when state <> 'done' and coalesce(taken_at, asked_at) < now() - $3::int * interval '1 second'
       then 'lost' when state = 'pending' then 'waiting' else state end as state, result
     from sink_job where id = $1 and tenant_id = $2`,
    [id, tenantId, JOB_TIMEOUT_SECONDS],
  );
  return job;
}
