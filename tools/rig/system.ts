// The whole system as separate processes of the shipped bundles, in a corner of its own on the given servers.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Suite } from '@switchboard/testing';
import { freePorts } from '../dev/infra/ports.mjs';
import { root } from './root.mjs';

const SERVICES = ['ingest', 'enricher', 'router', 'metrics', 'sinks'] as const;

export type ServiceName = (typeof SERVICES)[number];

/** A system that runs. */
export interface System {
  readonly ingest: string;
  readonly metrics: string;
  readonly sandbox: string;
  readonly tenant: string;
  readonly secret: string;
  urlOf(name: ServiceName): string;
  /** Ends a service with SIGKILL. */
  kill(name: ServiceName): Promise<void>;
  /** Ends a service with SIGTERM; answers its exit code. */
  terminate(name: ServiceName): Promise<number | null>;
  start(name: ServiceName): Promise<void>;
  /** What a service wrote, all lines. */
  log(name: ServiceName): string;
  /** Ends everything, services first. */
  stop(): Promise<void>;
}

/** Sets up and starts everything; a tenant with a CRM and a Slack integration. */
export async function startSystem(suite: Suite): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-e2e-'));
  const ports = await freePorts(SERVICES.length + 1);
  const url = (index: number) => `http://127.0.0.1:${ports[index]}`;
  const sandbox = url(SERVICES.length);
  const text = (bytes: number) => randomBytes(bytes).toString('hex');
  const secrets = {
    webhook: text(24),
    hubspot: `pat-${text(12)}`,
    slack: `T1/B2/${text(12)}`,
    api: `hnja_test_${text(16)}`,
  };
  const tenant = 'acme';
  const env: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => ['PATH', 'HOME', 'TMPDIR'].includes(name)),
    ),
    ...suite.env,
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    ENCRYPTION_KEY: text(32),
    HELPNINJA_API_URL: `${sandbox}/helpninja/v1`,
    HELPNINJA_API_KEY: secrets.api,
    HUBSPOT_TOKEN: secrets.hubspot,
    SLACK_SECRET_PATH: secrets.slack,
    // Bad signatures are part of the load and all come from this machine.
    FAILED_SIGNATURES_PER_MINUTE: '100000',
  };
  const processes = new Map<string, ChildProcess>();
  const logs = new Map<string, string>();

  const launch = async (name: string, port: number, ready: string): Promise<void> => {
    const child = spawn(process.execPath, [join(root, 'dist', name, 'main.mjs')], {
      env: { ...env, PORT: String(port), SWITCHBOARD_PARENT: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => undefined);
    const keep = (chunk: Buffer) => logs.set(name, (logs.get(name) ?? '') + chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    processes.set(name, child);
    await eventually(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`${name} ended with ${child.exitCode}: ${logs.get(name)?.slice(-2000)}`);
        const reply = await fetch(`http://127.0.0.1:${port}${ready}`);
        await reply.arrayBuffer();
        if (!reply.ok) throw new Error(`${name} is not ready: ${reply.status}`);
      },
      { deadlineMs: 45_000 },
    );
  };
  const end = async (name: string, signal: NodeJS.Signals): Promise<number | null> => {
    const child = processes.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return gone;
  };
  const start = (name: ServiceName) => launch(name, ports[SERVICES.indexOf(name)] as number, '/health/ready');

  writeFileSync(
    join(folder, 'integrations.yaml'),
    JSON.stringify({
      tenants: [{ id: tenant, webhook_secrets: [secrets.webhook] }],
      integrations: [
        {
          id: 'acme-crm',
          tenant,
          sink: 'hubspot',
          config: { baseUrl: `${sandbox}/hubspot` },
          secrets: { accessToken: secrets.hubspot },
        },
        {
          id: 'acme-slack',
          tenant,
          sink: 'slack',
          secrets: { webhookUrl: `${sandbox}/slack/services/${secrets.slack}` },
        },
      ],
    }),
  );
  await runSetup(env, join(folder, 'integrations.yaml'));
  await launch('sandbox', ports[SERVICES.length] as number, '/health');
  await Promise.all(SERVICES.map(start));
  return {
    ingest: url(0),
    metrics: url(SERVICES.indexOf('metrics')),
    sandbox,
    tenant,
    secret: secrets.webhook,
    urlOf: (name) => url(SERVICES.indexOf(name)),
    kill: async (name) => void (await end(name, 'SIGKILL')),
    terminate: (name) => end(name, 'SIGTERM'),
    start,
    log: (name) => logs.get(name) ?? '',
    async stop() {
      for (const name of SERVICES) await end(name, 'SIGTERM');
      await end('sandbox', 'SIGTERM');
      rmSync(folder, { recursive: true });
    },
  };
}

async function runSetup(env: Record<string, string>, integrations: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(root, 'dist/setup/main.mjs'), 'all', '--integrations', integrations],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`setting up ended with ${code}: ${output}`);
}
