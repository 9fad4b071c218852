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
import { createModel, type Model } from './model/create-model.ts';
import { conditionOf } from './model/model-health.ts';
import { TenantInsights } from './model/tenant-insights.ts';
import { enricherSettings } from './settings.ts';

/** At least one connection for each event that may call the model at the same time. */
const MAX_CONNECTIONS = 400;
const INSIGHTS_EVERY_MS = 2_000;

/** Stops the background loops and closes the connections after the last event. */
@Injectable()
class EnricherShutdown implements OnApplicationShutdown {
  constructor(private readonly parts: { http: HttpClient; insights: TenantInsights; model: Model }) {}

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
      // Hanging calls of one key must not take all connections from other keys.
      connectionsPerOrigin: MAX_CONNECTIONS,
    });
    const api = config.HELPNINJA_API_KEY
      ? new PlatformApi({
          http,
          logger,
          baseUrl: config.HELPNINJA_API_URL,
          apiKey: config.HELPNINJA_API_KEY,
          timeoutMs: config.HELPNINJA_API_TIMEOUT_MS,
          maxWaitMs: config.HELPNINJA_API_PATIENCE_MS,
          concurrency: config.HELPNINJA_API_CONCURRENCY,
        })
      : undefined;
    const analyser = new LocalAnalyser({
      competitors: config.COMPETITORS,
      phoneCountry: config.PHONE_COUNTRY,
    });
    const box = config.ENCRYPTION_KEY ? new SecretBox(config.ENCRYPTION_KEY) : undefined;
    const model = createModel({ analyser, config, database, http, logger, metrics });
    const insights = new TenantInsights({
      database,
      logger,
      everyMs: INSIGHTS_EVERY_MS,
      onChange: (apiKey) => model.keyChanged(apiKey),
      ...(box ? { box } : {}),
    });
    insights.start();
    return {
      group: 'enricher',
      controllers: [EnricherController],
      providers: [
        { provide: EnricherShutdown, useValue: new EnricherShutdown({ http, insights, model }) },
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
