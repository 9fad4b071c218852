// Runs a plan against a real Postgres and a real HTTP server, from the first chunk until the last row is done.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfrastructureError } from '@switchboard/contracts';
import { replayDeadLetters } from '@switchboard/ledger';
import { type Database, integrationSecretPlace, SecretBox } from '@switchboard/postgres';
import { DeliveryProcess, type Site } from './delivery-process.ts';
import { eventsOf, recordOf } from './events.ts';
import type { Call, EndRow, History } from './history.ts';
import type { Happening, Plan } from './plan.ts';
import { startVendor, type Vendor } from './vendor.ts';

/** Without any progress for so long, waiting is taken not to end. */
const STANDSTILL_MS = 30_000;
const LOOK_MS = 50;
const PAUSE_MS = 25;
const MAX_PROCESSES = 4;

/** Where runs take place: one schema for all, each run has a sink, a tenant and integrations of its own. */
export interface Ground {
  readonly database: Database;
  readonly databaseUrl: string;
}

/** Runs a plan and answers what was seen. */
export async function runPlan(plan: Plan, ground: Ground): Promise<History> {
  const vendor = await startVendor(plan.vendor, plan.callFaults);
  const run = new Run(plan, ground, vendor);
  try {
    return await run.play();
  } finally {
    await vendor.close();
  }
}

class Run {
  private readonly name = `p${randomBytes(6).toString('hex')}`;
  private readonly events;
  private readonly integrations: readonly string[];
  private readonly calls: Call[] = [];
  private readonly lives: DeliveryProcess[] = [];
  private readonly faults: string[] = [];
  private readonly box = new SecretBox([randomBytes(32)]);
  private readonly asides: Promise<unknown>[] = [];
  private readonly site: Site;
  private moment = 0;
  private chunks = 0;
  /** Counts assignments: partition p belongs to the living process p + shift. */
  private shift = 0;
  private readonly positions: number[];
  private readonly inFlight = new Map<DeliveryProcess, Set<Promise<unknown>>>();

  constructor(
    private readonly plan: Plan,
    private readonly ground: Ground,
    private readonly vendor: Vendor,
  ) {
    this.events = eventsOf(plan, this.name);
    this.integrations = Array.from({ length: plan.integrations }, (_, index) => `${this.name}-${index}`);
    this.positions = plan.partitions.map(() => 0);
    this.site = {
      databaseUrl: ground.databaseUrl,
      schema: ground.database.schema,
      sinkName: this.name,
      vendorUrl: vendor.url,
      stepsEvery: plan.vendor.stepsEvery,
      box: this.box,
      now: () => {
        this.moment += 1;
        return this.moment;
      },
      note: (call) => this.calls.push(call),
    };
  }

  async play(): Promise<History> {
    try {
      for (const id of this.integrations) await this.addIntegration(id);
      for (let index = 0; index < this.plan.processes; index += 1) await this.start();
      await Promise.all(this.plan.partitions.map((_, partition) => this.feed(partition)));
      await Promise.all(this.asides);
      if (this.living().length === 0) await this.start();
      await this.untilNothingWaits();
    } finally {
      await Promise.all(this.lives.filter((life) => !this.ended.has(life)).map((life) => life.end()));
    }
    const rows = await this.rows();
    const { events, integrations, calls, lives, faults } = this;
    return { events, integrations, calls, lives, rows, faults };
  }

  private readonly ended = new Set<DeliveryProcess>();

  /** Those that may be given partitions. */
  private living(): DeliveryProcess[] {
    return this.lives.filter((life) => !life.isDead && !this.ended.has(life));
  }

  private async start(): Promise<void> {
    if (this.living().length >= MAX_PROCESSES) return;
    const life = this.lives.length;
    const faults = this.plan.databaseFaults.filter(({ process }) => process === life);
    this.lives.push(await DeliveryProcess.start(this.site, life, faults));
  }

  /** As a consumer reads a partition: chunk after chunk, again from the last commit wherever one was not taken. */
  private async feed(partition: number): Promise<void> {
    const { chunk = 1, twiceEvery = 0 } = this.plan.partitions[partition] ?? {};
    const mine = written(
      this.events
        .map((event, number) => ({ event, number }))
        .filter(({ event }) => event.partition === partition),
      twiceEvery,
    );
    let owner: DeliveryProcess | undefined;
    while ((this.positions[partition] ?? 0) < mine.length) {
      const living = this.living();
      const next = living[(partition + this.shift) % Math.max(1, living.length)];
      if (next === undefined) {
        await this.start();
        continue;
      }
      if (next !== owner) next.assigned();
      owner = next;
      const from = this.positions[partition] ?? 0;
      const shift = this.shift;
      const records = mine
        .slice(from, from + chunk)
        .map(({ event, number }) => recordOf(event, number, this.name));
      const taken = await this.handOver(owner, records);
      // Elsewhere by now: the commit is not believed, the next owner reads from the last one.
      if (taken && shift === this.shift && this.positions[partition] === from)
        this.positions[partition] = from + records.length;
      this.chunks += 1;
      this.happen(partition);
      await sleep(this.plan.partitions[partition]?.pauseMs);
    }
  }

  private async handOver(
    owner: DeliveryProcess,
    records: Parameters<DeliveryProcess['take']>[0],
  ): Promise<boolean> {
    const taking = owner.take(records).then(
      () => true,
      async (error: unknown) => {
        if (!owner.isDead && !(error instanceof InfrastructureError))
          this.faults.push(`taking in threw ${String(error)}`);
        await sleep(PAUSE_MS);
        return false;
      },
    );
    const under = this.inFlight.get(owner) ?? new Set();
    this.inFlight.set(owner, under.add(taking));
    const taken = await Promise.race([taking, owner.death.then(() => false)]);
    under.delete(taking);
    return taken;
  }

  private happen(partition: number): void {
    for (const happening of this.plan.happenings)
      if (happening.chunks === this.chunks) this.asides.push(this.make(happening, partition));
  }

  private async make({ what, which }: Happening, partition: number): Promise<void> {
    const living = this.living();
    const one = living[which % Math.max(1, living.length)];
    switch (what) {
      case 'start':
        await this.start();
        this.shift += 1;
        return;
      case 'stop':
        if (one === undefined || living.length < 2) return;
        this.ended.add(one);
        this.shift += 1;
        await Promise.all(this.inFlight.get(one) ?? []);
        await one.end();
        return;
      case 'kill':
        one?.kill();
        this.shift += 1;
        return;
      case 'freeze':
        await one?.freeze();
        return;
      case 'rebalance':
        this.shift += 1;
        return;
      case 'repeat':
        this.positions[partition] = 0;
        return;
      case 'replay':
        this.vendor.forgive();
        await this.replay();
    }
  }

  private async replay(): Promise<void> {
    const producer = { send: () => Promise.reject(new Error('no record is replayed here')) };
    for (const integrationId of this.integrations) {
      const out = { producer, topicPrefix: '' };
      await replayDeadLetters(
        this.ground.database,
        out as never,
        { filter: { integrationId } },
        { actor: 'plan' },
      );
    }
  }

  private async untilNothingWaits(): Promise<void> {
    let before = '';
    for (let since = performance.now(); ; ) {
      const [found] = await this.ground.database.query<{ waiting: number }>(
        `select count(*) as waiting from delivery where integration_id = any($1) and state = 'waiting'`,
        [this.integrations],
      );
      if (found?.waiting === 0) return;
      const now = `${found?.waiting} ${this.calls.length}`;
      if (now !== before) since = performance.now();
      before = now;
      if (performance.now() - since > STANDSTILL_MS) {
        this.faults.push(`${found?.waiting} deliveries wait and nothing goes on`);
        return;
      }
      await sleep(LOOK_MS);
    }
  }

  private rows(): Promise<EndRow[]> {
    return this.ground.database.query<EndRow>(
      'select event_id as event, integration_id as integration, state from delivery where integration_id = any($1)',
      [this.integrations],
    );
  }

  private async addIntegration(id: string): Promise<void> {
    const place = integrationSecretPlace(this.name, id, 'token');
    const delivery = {
      // More attempts than the plan's failures and broken calls can use up.
      retry: { attempts: 20, first_seconds: 0.1, factor: 1 },
      breaker: { failures: 10_000, minimum_calls: 10_000 },
      timeout_seconds: 1,
    };
    await this.ground.database.query(
      `insert into integrations (id, tenant_id, sink, config, secrets, active_from, delivery)
       values ($1, $2, $2, '{}', $3, $4, $5)`,
      [id, this.name, { token: this.box.seal(id, place) }, new Date(0), delivery],
    );
  }
}

/** What is on the topic: all once, or every so many once more behind themselves. */
function written<T>(records: readonly T[], twiceEvery: number): readonly T[] {
  if (twiceEvery === 0) return records;
  const batches = Array.from({ length: Math.ceil(records.length / twiceEvery) }, (_, index) =>
    records.slice(index * twiceEvery, (index + 1) * twiceEvery),
  );
  return batches.flatMap((batch) => [...batch, ...batch]);
}
