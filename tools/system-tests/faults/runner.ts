// Runs one scenario: new servers, a new system, load, faults under load, and the oracle once everything is settled.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from '@switchboard/testing';
import { startGuard } from '../../processes/guard.mjs';
import { root } from '../../root.mjs';
import { type ServiceName, type SetUp, startSystem } from '../rig/system.ts';
import { type PlayOptions, play } from './play.ts';
import { startReceiver, vendorsAt } from './receiver.ts';
import type { Result } from './report.ts';
import type { Scenario } from './scenario.ts';
import { startServers } from './servers.ts';
import { unharmed } from './without-trouble.ts';

const TENANTS = ['acme', 'globex', 'initech'];

export interface RunOptions extends PlayOptions {
  /** Folder of the bundles; default `dist`. */
  readonly dist?: string;
  /** Other folders of bundles, by service. */
  readonly distOf?: Partial<Record<ServiceName, string>>;
}

/** Where the logs of a scenario are, after a failure. */
export function logFolder(scenario: string): string {
  return join(root, '.cache/faults', scenario);
}

/** Runs it to its end, and ends everything that it started. Throws when it could not be run at all. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result> {
  const started = performance.now();
  const guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-faults-'));
  // Postgres reads it through a user of its own.
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const logs = logFolder(scenario.name);
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const closing: (() => Promise<void>)[] = [];
  try {
    options.progress('starting servers');
    const { brokers = 1, links = false } = scenario;
    const servers = await startServers({ guard, folder, logs, brokers, links });
    closing.push(() => servers.close());
    process.env['KAFKA_BROKERS'] = servers.kafka.brokers;
    process.env['DATABASE_URL'] = servers.postgres.url;
    // Topics are setup's affair: here they would have one copy, on three brokers too.
    const corner = await suite({ topics: false });
    closing.push(() => corner.database.close());
    const receiver = await startReceiver();
    closing.push(() => receiver.close());
    options.progress('starting services');
    const { troubled = true } = options;
    const seenBefore: string[] = [];
    const beforeSetup = async (setUp: SetUp): Promise<void> =>
      scenario.beforeSetup?.({
        servers: troubled ? servers : unharmed(servers),
        corner,
        setUp,
        note: options.progress,
        violated: (fact) => seenBefore.push(fact),
      });
    const platformSecret = scenario.platformSigned ? randomBytes(24).toString('hex') : undefined;
    const system = await startSystem(corner, {
      tenants: TENANTS,
      vendors: vendorsAt(await servers.behindLink('vendors', receiver.port)),
      mapping: { place: 'data.place' },
      env: {
        ...servers.env,
        ...(platformSecret === undefined ? {} : { WEBHOOK_SECRET: platformSecret }),
      },
      logs,
      guard,
      beforeSetup,
      ...(options.dist === undefined ? {} : { dist: options.dist }),
      ...(options.distOf === undefined ? {} : { distOf: options.distOf }),
    });
    closing.push(() => system.stop());
    if (troubled) await scenario.prepare?.(corner);
    const door = new URL(system.ingest);
    door.port = String(await servers.behindLink('senders', Number(door.port)));
    const stage = { servers, corner, receiver, system, door: door.origin, platformSecret, seenBefore };
    const result = await play(scenario, stage, options);
    const seconds = (performance.now() - started) / 1000;
    if (result.passed) rmSync(logs, { recursive: true, force: true });
    return { ...result, seconds, ...(result.passed ? {} : { logs }) };
  } finally {
    options.progress('stopping');
    for (const close of closing.reverse()) await close();
    await guard.endAll();
  }
}
