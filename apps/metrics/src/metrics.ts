// Assembles the metrics service.
import { port, type ServiceSpec, wholeNumber } from '@switchboard/service';
import { EventCounter } from './counting.ts';
import { CountsController, DATABASE, MANAGEMENT_PATH } from './counts.controller.ts';
import { DeadLettersController, LOGGER } from './dead-letters.controller.ts';
import { EventsController } from './events.controller.ts';
import { PurgeTimer } from './purge.ts';
import { limitRequests } from './rate-limit.ts';

/** People look at the counts, so a delay of this length does not matter. */
const COLLECT_MS = 250;

const metricsSettings = {
  PORT: port(3004),
  COUNT_DAYS: wholeNumber(1, 3_650, 400, 'Days that hourly counts are kept; totals are kept for ever'),
};

export const metrics: ServiceSpec<typeof metricsSettings> = {
  name: 'metrics',
  settings: metricsSettings,
  assemble: ({ database, logger, metrics: registry }, config) => ({
    group: 'metrics',
    collectMs: COLLECT_MS,
    controllers: [EventsController, DeadLettersController, CountsController],
    providers: [
      { provide: EventCounter, useValue: new EventCounter(database, registry) },
      { provide: PurgeTimer, useValue: new PurgeTimer(database, config.COUNT_DAYS, logger) },
      { provide: DATABASE, useValue: database },
      { provide: LOGGER, useValue: logger },
    ],
    configure: (app) => limitRequests(app, MANAGEMENT_PATH),
  }),
};
