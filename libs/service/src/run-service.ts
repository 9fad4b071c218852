// Starts a service and stops it in order: intake stops, running work is finished and committed, HTTP closes, then the pools.
// Everything for its operation (health, metrics, logs, exit codes) is set up here.
import 'reflect-metadata';
import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TerminusModule } from '@nestjs/terminus';
import { InfrastructureError } from '@switchboard/contracts';
import { checkBroker, KafkaBatchStrategy, type ProducerOptions, type Progress } from '@switchboard/kafka';
import type { z } from 'zod';
import { type Config, ConfigError, type ConfigShape, helpText, readConfig, settingRows } from './config.ts';
import { type Condition, type ConnectionState, HealthController, PROBES, type Probes } from './health.ts';
import { limitHeapGrowth } from './heap.ts';
import { type HttpLimits, httpAdapter } from './http-adapter.ts';
import { addInstanceHeader } from './instance-header.ts';
import { kafkaObserver, watchProgress } from './kafka-observer.ts';
import { NestLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { createPlatform, type Platform } from './platform.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { baseSettings } from './settings.ts';
import { onStopSignal } from './stop-signals.ts';
import { readWebhookTotals } from './webhook-totals.ts';

/** The longest call of a service (15 s) plus 5 s: then the stop is forced. */
const STOP_DEADLINE_MS = 20_000;

/** The consumer's part of that time; the rest is for HTTP, the producer and the pools. */
const DRAIN_MS = 15_000;
const PRODUCER_CLOSE_MS = 1_500;

/** What an app adds to the parts that every service has. */
export interface Assembly extends HttpLimits {
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  /** Consumer group of the controllers' Kafka handlers; without it the service reads no topic. */
  readonly group?: string;
  /** How long a fetch may wait for more records, which is cheaper where latency does not matter; default 0. */
  readonly collectMs?: number;
  /** Called with the HTTP server before it listens. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
  /** The service's condition, shown by `/health`, `/health/ready` and `/health/live`. */
  readonly condition?: () => Condition;
  /** Replaces the default readiness (the broker answers, and Postgres where the service needs it). */
  readonly ready?: () => Promise<void>;
  /** Throws when one of the app's own loops has stopped. */
  readonly live?: () => void;
  /** Whether records are processed, of an app that has consumers of its own. */
  readonly progress?: () => Progress;
  readonly helpninjaApi?: () => ConnectionState;
}

export interface ServiceSpec<Shape extends ConfigShape & { PORT: z.ZodType<number> }> {
  readonly name: string;
  readonly settings: Shape;
  /** The service works without Postgres: only its `/health` queries it. */
  readonly worksWithoutPostgres?: boolean;
  readonly producer?: (config: Config<Shape & typeof baseSettings>) => ProducerOptions;
  /** `onFatal` ends the process with an error, when only a restart can help. */
  readonly assemble: (
    platform: Platform,
    config: Config<Shape & typeof baseSettings>,
    onFatal: (error: Error) => void,
  ) => Assembly | Promise<Assembly>;
}

/** A running service. */
export interface RunningService {
  readonly url: string;
  stop(): Promise<void>;
}

@Module({})
class ServiceModule {}

/** The whole life of a service process: settings, start, run until a signal, ordered end, exit code. */
export async function runService<Shape extends ConfigShape & { PORT: z.ZodType<number> }>(
  spec: ServiceSpec<Shape>,
): Promise<void> {
  const shape = { ...baseSettings, ...spec.settings };
  if (process.argv.includes('--help')) {
    const rows = process.argv.includes('--json');
    process.stdout.write(rows ? `${JSON.stringify(settingRows(shape))}\n` : helpText(spec.name, shape));
    return;
  }
  limitHeapGrowth();
  try {
    const config = readConfig(shape, process.env) as Config<Shape & typeof baseSettings>;
    const platform = platformOf(spec, config);
    let stopped: Promise<void> | undefined;
    const end = (code: number, deadlineMs: number) => {
      setTimeout(() => {
        platform.logger.error({}, 'Stopping took too long; the process exits now.');
        process.exit(code || 1);
      }, deadlineMs).unref();
      // A stop during the start waits for the start, so that the started parts stop in order too.
      stopped ??= starting.then((service) => service.stop());
      stopped.then(
        () => process.exit(code),
        (error: unknown) => {
          platform.logger.error({ error_message: String(error) }, 'Stopping failed.');
          process.exit(code || 1);
        },
      );
    };
    const onFatal = (error: Error) => {
      platform.logger.error(
        { error_name: error.name, error_message: error.message },
        'The service cannot go on; the process exits.',
      );
      end(1, 5_000);
    };
    onStopSignal((reason) => {
      platform.logger.info({ reason }, 'Stopping.');
      end(0, STOP_DEADLINE_MS);
    });
    const starting = startService(spec, config, platform, onFatal);
    const { url } = await starting;
    if (stopped === undefined) platform.logger.info({ url }, 'Ready.');
  } catch (error) {
    const text =
      error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${spec.name}: ${text}\n`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

/** Creates the platform with this service's producer options. */
export function platformOf<Shape extends ConfigShape & { PORT: z.ZodType<number> }>(
  spec: ServiceSpec<Shape>,
  config: Config<Shape & typeof baseSettings>,
): Platform {
  return createPlatform(spec.name, config, spec.producer?.(config));
}

/** Starts a service inside this process. */
export async function startService<Shape extends ConfigShape & { PORT: z.ZodType<number> }>(
  spec: ServiceSpec<Shape>,
  config: Config<Shape & typeof baseSettings>,
  platform: Platform,
  onFatal: (error: Error) => void,
): Promise<RunningService> {
  // Kafka being away is no reason not to start: sends and consumers connect when it is there.
  await platform.producer.connect().catch((error: unknown) => {
    if (!(error instanceof InfrastructureError)) throw error;
    platform.logger.warn({ error_message: error.message }, 'Starting without Kafka.');
  });
  if (!spec.worksWithoutPostgres) await platform.databaseCheck.start();
  const assembly = await spec.assemble(platform, config, onFatal);
  const strategy = assembly.group
    ? new KafkaBatchStrategy({
        settings: platform.kafka,
        group: assembly.group,
        ...(assembly.collectMs === undefined ? {} : { collectMs: assembly.collectMs }),
        stage: spec.name,
        producer: platform.producer,
        observer: kafkaObserver(platform.metrics),
        onFatal,
      })
    : undefined;
  const progress = strategy ? () => strategy.progress() : assembly.progress;
  if (progress) watchProgress(platform.metrics, progress);
  const app = await NestFactory.create<NestFastifyApplication>(
    serviceModule(assembly, platform, probesOf(spec, assembly, platform, strategy, progress)),
    httpAdapter(assembly),
    { logger: new NestLogger(platform.logger), bodyParser: false, abortOnError: false },
  );
  addSecurityHeaders(app);
  addInstanceHeader(app, process.env['SWITCHBOARD_INSTANCE']);
  await assembly.configure?.(app);
  if (strategy) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    await app.startAllMicroservices();
  }
  await app.listen(config.PORT as number, config.HOST);
  return {
    url: await app.getUrl(),
    async stop() {
      await strategy?.drain(DRAIN_MS);
      await app.close();
      await platform.producer.close(PRODUCER_CLOSE_MS);
      await platform.database.close();
    },
  };
}

function serviceModule(assembly: Assembly, platform: Platform, probes: Probes): DynamicModule {
  return {
    module: ServiceModule,
    imports: [TerminusModule.forRoot({ logger: false, errorLogStyle: 'json' })],
    controllers: [HealthController, ...(assembly.controllers ?? [])],
    providers: [
      { provide: Metrics, useValue: platform.metrics },
      { provide: PROBES, useValue: probes },
      ...(assembly.providers ?? []),
    ],
  };
}

function probesOf(
  { worksWithoutPostgres = false }: { readonly worksWithoutPostgres?: boolean },
  assembly: Assembly,
  platform: Platform,
  strategy: KafkaBatchStrategy | undefined,
  progressOf: (() => Progress) | undefined,
): Probes {
  const kafka = () => checkBroker(platform.kafka);
  const needed = async () => {
    await Promise.all([kafka(), worksWithoutPostgres ? undefined : platform.databaseCheck.ready()]);
  };
  const progress = () => {
    const { good, reason } = progressOf?.() ?? { good: true, reason: '' };
    if (!good) throw new Error(reason);
  };
  return {
    kafka,
    database: () => platform.database.ping(),
    live: () => {
      const loop = strategy?.liveness();
      if (loop && !loop.alive) throw new Error(loop.reason);
      assembly.live?.();
    },
    progress,
    ready: async () => {
      await (assembly.ready ?? needed)();
      progress();
    },
    condition: assembly.condition ?? (() => ({ degraded: false, details: {} })),
    helpninjaApi: assembly.helpninjaApi ?? (() => 'not_configured'),
    totals: () => readWebhookTotals(platform.database),
  };
}
