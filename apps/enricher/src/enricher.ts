// The enricher service put together.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpClient } from '@switchboard/egress';
import { KafkaProducer } from '@switchboard/kafka';
import type { ServiceSpec } from '@switchboard/service';
import { LocalAnalyser } from './analyser/local-analyser.ts';
import { PlatformApi } from './conversations/platform-api.ts';
import { Enricher } from './enrich.ts';
import { EnricherController } from './enricher.controller.ts';
import { enricherSettings } from './settings.ts';

/** Closes the connections to the platform's API after the last event. */
@Injectable()
class EnricherLife implements OnApplicationShutdown {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  onApplicationShutdown(): Promise<void> {
    return this.#http.close();
  }
}

export const enricher: ServiceSpec<typeof enricherSettings> = {
  name: 'enricher',
  settings: enricherSettings,
  assemble({ logger, metrics, producer }, config) {
    const http = new HttpClient({ observe: metrics.observeCall });
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
    return {
      group: 'enricher',
      controllers: [EnricherController],
      providers: [
        EnricherLife,
        { provide: HttpClient, useValue: http },
        { provide: KafkaProducer, useValue: producer },
        { provide: Enricher, useValue: new Enricher(analyser, api) },
      ],
      helpninjaApi: () => (api ? (api.connected ? 'connected' : 'disconnected') : 'not_configured'),
    };
  },
};
