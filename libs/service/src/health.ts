// Health of a service: `/health` in the platform's documented shape, `/health/live` and `/health/ready` for an
// orchestrator. Live means that the loops run. Ready means that the dependencies answer and records are processed.
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { Metrics } from './metrics.ts';
import type { WebhookTotals } from './webhook-totals.ts';

/** State of a dependency as `/health` shows it. */
export type ConnectionState = 'connected' | 'disconnected' | 'not_configured';

/** What an operator should know about the service now. */
export interface Condition {
  /** Something does not work as it should, but the service goes on. */
  readonly degraded: boolean;
  /** Names and short values, without content of events. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** The checks of a service. They throw when the check fails. */
export interface Probes {
  readonly kafka: () => Promise<void>;
  readonly database: () => Promise<void>;
  /** Throws when a loop has stopped. */
  readonly live: () => void;
  /** Throws when records are not processed. */
  readonly progress: () => void;
  /** Throws when the service should not get traffic. */
  readonly ready: () => Promise<void>;
  readonly condition: () => Condition;
  readonly helpninjaApi: () => ConnectionState;
  readonly totals: () => Promise<WebhookTotals>;
}

export const PROBES = Symbol('probes');

@Controller()
export class HealthController {
  readonly #checks: HealthCheckService;
  readonly #indicators: HealthIndicatorService;
  readonly #probes: Probes;
  readonly #metrics: Metrics;

  constructor(
    checks: HealthCheckService,
    indicators: HealthIndicatorService,
    @Inject(PROBES) probes: Probes,
    metrics: Metrics,
  ) {
    this.#checks = checks;
    this.#indicators = indicators;
    this.#probes = probes;
    this.#metrics = metrics;
  }

  @Get('health')
  async health() {
    const [database, kafka] = await Promise.all([passes(this.#probes.database), passes(this.#probes.kafka)]);
    const trouble = this.#processingTrouble();
    const running = kafka && trouble === undefined;
    // Postgres may fail meanwhile, or refuse this statement: the rest of the report is still useful.
    const totals = database ? await this.#probes.totals().catch(() => undefined) : undefined;
    const api = this.#probes.helpninjaApi();
    const { degraded, details } = this.#probes.condition();
    return {
      status: totals && running && api !== 'disconnected' && !degraded ? 'healthy' : 'degraded',
      timestamp: new Date().toISOString(),
      integrations: {
        helpninja_api: api,
        database: database ? 'connected' : 'disconnected',
        webhook_processor: running ? 'running' : 'stopped',
      },
      metrics: {
        webhooks_processed_24h: totals?.accepted ?? null,
        average_processing_time: totals?.averageSeconds ?? null,
        error_rate_24h: totals?.errorRate ?? null,
      },
      details: trouble === undefined ? details : { ...details, webhook_processor: trouble },
    };
  }

  @Get('health/live')
  live() {
    return this.#check('live', async () => this.#probes.live());
  }

  @Get('health/ready')
  ready() {
    return this.#check('ready', this.#probes.ready);
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.#metrics.registry.metrics();
  }

  /** Why records are not processed; undefined while they are. */
  #processingTrouble(): string | undefined {
    try {
      this.#probes.live();
      this.#probes.progress();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #check(key: string, probe: () => Promise<void>) {
    return this.#checks.check([
      async () => {
        const indicator = this.#indicators.check(key);
        try {
          await probe();
          return indicator.up(this.#probes.condition().details);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          return indicator.down({ reason, ...this.#probes.condition().details });
        }
      },
    ]);
  }
}

async function passes(check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch {
    return false;
  }
}
