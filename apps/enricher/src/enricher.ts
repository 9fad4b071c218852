// Assembles the enricher service.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LocalAnalyser } from '@switchboard/analysis';
import { HttpClient } from '@switchboard/egress';
import { KafkaProducer } from '@switchboard/kafka';
import { SecretBox } from '@switchboard/postgres';
import type { ServiceSpec } from '@switchboard/service';
import { PlatformApi } from './conversations/platform-api.ts';
import { Enricher } from './enrich.ts';
import { EnricherController } from './enricher.controller.ts';
import { conditionOf } from './model/model-watch.ts';
import { type ModelParts, modelParts } from './model/parts.ts';
import { TenantInsights } from './model/tenant-insights.ts';
import { enricherSettings } from './settings.ts';

/** More than events can be asking at a time. */
const MOST_CONNECTIONS = 400;
const INSIGHTS_EVERY_MS = 2_000;

/** Ends the loops and closes the connections after the last event. */
@Injectable()
class EnricherLife implements OnApplicationShutdown {
  constructor(private readonly parts: { http: HttpClient; insights: TenantInsights; model: ModelParts }) {}

  async onApplicationShutdown(): Promise<void> {
    const { http, insights, model } = this.parts;
    await Promise.all([insights.stop(), model.stop()]);
    await http.close();
  }
}

export const enricher: ServiceSpec<typeof enricherSettings> = {
  name: 'enricher',
  settings: enricherSettings,
  assemble({ logger, metrics, producer, database }, config) {
    const http = new HttpClient({
      observe: metrics.observeCall,
      // Calls with one key that hang must not keep those with another from a connection.
      connectionsPerOrigin: MOST_CONNECTIONS,
    });
    const api = config.HELPNINJA_API_KEY
      ? new PlatformApi({
          http,
          logger,
          baseUrl: config.HELPNINJA_API_URL,
          apiKey: config.HELPNINJA_API_KEY,
          timeoutMs: config.HELPNINJA_API_TIMEOUT_MS,
          patienceMs: config.HELPNINJA_API_PATIENCE_MS,
          concurrency: config.HELPNINJA_API_CONCURRENCY,
        })
      : undefined;
    const analyser = new LocalAnalyser({
      competitors: config.COMPETITORS,
      phoneCountry: config.PHONE_COUNTRY,
    });
    const box = config.ENCRYPTION_KEY ? new SecretBox(config.ENCRYPTION_KEY) : undefined;
    const model = modelParts({ analyser, config, database, http, logger, metrics });
    const insights = new TenantInsights({
      database,
      logger,
      everyMs: INSIGHTS_EVERY_MS,
      changed: (apiKey) => model.mended(apiKey),
      ...(box ? { box } : {}),
    });
    insights.start();
    return {
      group: 'enricher',
      controllers: [EnricherController],
      providers: [
        { provide: EnricherLife, useValue: new EnricherLife({ http, insights, model }) },
        { provide: KafkaProducer, useValue: producer },
        {
          provide: Enricher,
          useValue: new Enricher({ analyser, conversations: api, insights, model: model.use }),
        },
      ],
      condition: () => conditionOf(model.state()),
      helpninjaApi: () => (api ? (api.connected ? 'connected' : 'disconnected') : 'not_configured'),
    };
  },
};
