// Runs the whole system as separate processes of the bundles, with its own topic prefix and schema on the given
// servers.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Suite } from '@switchboard/testing';
import type { Guard } from '../../processes/guard.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { root } from '../../root.mjs';
import { runSetup, type SetupRun, setUp } from './run-setup.ts';
import { readLog, type ServiceProcess, startProcess } from '../../processes/service-process.ts';

export const serviceNames = ['ingest', 'enricher', 'router', 'metrics', 'sinks'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** A tenant and what its webhooks are signed with. */
export interface Tenant {
  readonly id: string;
  readonly secret: string;
}

/** Where the vendors are, by the id of the integration that calls them. */
export interface Vendors {
  readonly hubspot: (integration: string) => string;
  readonly slack: (integration: string) => string;
  readonly helpninja: string;
}

export interface SystemOptions {
  /** Ids; default one, `acme`. Each has an integration with a CRM (`ID-crm`) and one with Slack (`ID-slack`). */
  readonly tenants?: readonly string[];
  /** Default: the sandbox, which is then started too. */
  readonly vendors?: Vendors;
  /** Folder of the bundles; default `dist`. */
  readonly dist?: string;
  /** Other folders of bundles, by service. */
  readonly distOf?: Partial<Record<ServiceName, string>>;
  /** Further fields of every integration, by the paths they come from. */
  readonly mapping?: Readonly<Record<string, string>>;
  /** Put over the environment of every service, for example the addresses of proxies. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where logs are written and stay; default a folder that goes with the system. */
  readonly logs?: string;
  readonly guard?: Guard;
  /** Runs before the first setup, with a setup of its own that may end as it will. */
  readonly beforeSetup?: (setUp: SetUp) => Promise<void>;
}

/** Sets up again as before a release, or another installation on the same servers. */
export type SetUp = (
  over?: Readonly<Partial<Record<'TOPIC_PREFIX' | 'DATABASE_SCHEMA', string>>>,
) => Promise<SetupRun>;

/** A system that runs. */
export interface System {
  readonly ingest: string;
  readonly metrics: string;
  /** Empty when the vendors are the caller's. */
  readonly sandbox: string;
  /** The first of `tenants`. */
  readonly tenant: string;
  readonly secret: string;
  readonly tenants: readonly Tenant[];
  /** Services that ended without having been asked to, one line each. */
  readonly crashes: readonly string[];
  readonly setUp: SetUp;
  urlOf(name: ServiceName): string;
  /** Process id of a service; 0 before it was started. */
  pidOf(name: ServiceName): number;
  /** Ends a service with SIGKILL. */
  kill(name: ServiceName): Promise<void>;
  /** Ends a service with SIGTERM; answers its exit code. */
  terminate(name: ServiceName): Promise<number | null>;
  start(name: ServiceName): Promise<void>;
  /** Stops a service where it is (SIGSTOP), and lets it go on (SIGCONT). */
  pause(name: ServiceName): void;
  resume(name: ServiceName): void;
  /** Starts another process of a service beside the first. */
  addReplica(name: ServiceName): Promise<ServiceProcess>;
  /** What a service wrote, all lines, its replicas included. */
  log(name: ServiceName): string;
  /** Ends everything, services first. */
  stop(): Promise<void>;
}

/** Sets up and starts everything. */
export async function startSystem(suite: Suite, options: SystemOptions = {}): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-system-'));
  options.guard?.remove(folder);
  const logs = options.logs ?? folder;
  mkdirSync(logs, { recursive: true });
  const ports = await freePorts(serviceNames.length + 1);
  const portOf = (name: ServiceName) => ports[serviceNames.indexOf(name)] as number;
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${portOf(name)}`;
  const text = (bytes: number) => randomBytes(bytes).toString('hex');
  const tenants = (options.tenants ?? ['acme']).map((id) => ({ id, secret: text(24) }));
  const [first] = tenants;
  if (first === undefined) throw new RangeError('starting a system: it needs a tenant');
  const tokens = { hubspot: `pat-${text(12)}`, slack: `T1/B2/${text(12)}`, api: `hnja_test_${text(16)}` };
  const sandbox = options.vendors ? '' : `http://127.0.0.1:${ports[serviceNames.length]}`;
  const vendors = options.vendors ?? {
    hubspot: () => `${sandbox}/hubspot`,
    slack: () => `${sandbox}/slack/services/${tokens.slack}`,
    helpninja: `${sandbox}/helpninja/v1`,
  };
  const env: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        ['PATH', 'HOME', 'TMPDIR'].includes(name) && value !== undefined ? [[name, value]] : [],
      ),
    ),
    ...suite.env,
    ...options.env,
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    ENCRYPTION_KEY: text(32),
    HELPNINJA_API_URL: vendors.helpninja,
    HELPNINJA_API_KEY: tokens.api,
    HUBSPOT_TOKEN: tokens.hubspot,
    SLACK_SECRET_PATH: tokens.slack,
    // The load makes up ids of conversations, nobody prepares an account for it, and it is faster than vendors allow.
    NO_LIMITS: 'yes',
    HUBSPOT_PREPARED: 'yes',
    INVENT_CONVERSATIONS: 'yes',
    // All vendors are on this machine.
    EGRESS_ALLOW: '127.0.0.1',
    // Bad signatures are part of the load and all come from this machine.
    FAILED_SIGNATURES_PER_MINUTE: '100000',
  };
  const crashes: string[] = [];
  const primaries = new Map<string, ServiceProcess>();
  const replicas: ServiceProcess[] = [];
  const dist = options.dist ?? join(root, 'dist');
  const logFileOf = (name: string) => join(logs, `${name}.log`);
  const launch = (name: ServiceName | 'sandbox', port: number, ready: string): Promise<ServiceProcess> =>
    startProcess({
      name,
      dist: (name === 'sandbox' ? undefined : options.distOf?.[name]) ?? dist,
      env,
      port,
      ready,
      logFile: logFileOf(name),
      guard: options.guard,
      onCrash: (what) => crashes.push(what),
    });
  const start = async (name: ServiceName) =>
    void primaries.set(name, await launch(name, portOf(name), '/health/ready'));

  const file = join(folder, 'integrations.yaml');
  writeFileSync(file, JSON.stringify(integrationsFile(tenants, vendors, tokens, options.mapping ?? {})));
  const again: SetUp = (over = {}) => setUp(dist, { ...env, ...suite.env, ...over }, file);
  await options.beforeSetup?.(again);
  await runSetup(dist, { ...env, ...suite.env }, file);
  if (sandbox)
    primaries.set('sandbox', await launch('sandbox', ports[serviceNames.length] as number, '/health'));
  await Promise.all(serviceNames.map(start));
  return {
    ingest: urlOf('ingest'),
    metrics: urlOf('metrics'),
    sandbox,
    tenant: first.id,
    secret: first.secret,
    tenants,
    crashes,
    setUp: again,
    urlOf,
    pidOf: (name) => primaries.get(name)?.pid ?? 0,
    kill: async (name) => void (await primaries.get(name)?.end('SIGKILL')),
    terminate: async (name) => (await primaries.get(name)?.end('SIGTERM')) ?? null,
    start,
    pause: (name) => primaries.get(name)?.signal('SIGSTOP'),
    resume: (name) => primaries.get(name)?.signal('SIGCONT'),
    async addReplica(name) {
      const [port = 0] = await freePorts(1);
      const replica = await launch(name, port, '/health/ready');
      replicas.push(replica);
      return replica;
    },
    log: (name) => readLog(logFileOf(name)),
    async stop() {
      for (const replica of replicas) await replica.end('SIGTERM');
      for (const name of serviceNames) await primaries.get(name)?.end('SIGTERM');
      await primaries.get('sandbox')?.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The vendors of this machine take more than the real ones. */
const delivery = { limits: { per_second: 100_000, concurrency: 64 } };

function integrationsFile(
  tenants: readonly Tenant[],
  vendors: Vendors,
  tokens: { readonly hubspot: string },
  mapping: Readonly<Record<string, string>>,
): object {
  return {
    tenants: tenants.map(({ id, secret }) => ({ id, webhook_secrets: [secret] })),
    integrations: tenants.flatMap(({ id }) => [
      {
        id: `${id}-crm`,
        tenant: id,
        sink: 'hubspot',
        config: { baseUrl: vendors.hubspot(`${id}-crm`) },
        secrets: { accessToken: tokens.hubspot },
        mapping,
        delivery,
      },
      {
        id: `${id}-slack`,
        tenant: id,
        sink: 'slack',
        secrets: { webhookUrl: vendors.slack(`${id}-slack`) },
        mapping,
        delivery,
      },
    ]),
  };
}
