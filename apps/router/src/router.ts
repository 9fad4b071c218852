// Assembles the router service.
import { KafkaProducer } from '@switchboard/kafka';
import { port, type ServiceSpec } from '@switchboard/service';
import { RouterController } from './router.controller.ts';

const routerSettings = { PORT: port(3003) };

export const router: ServiceSpec<typeof routerSettings> = {
  name: 'router',
  settings: routerSettings,
  worksWithoutPostgres: true,
  assemble: ({ producer }) => ({
    group: 'router',
    controllers: [RouterController],
    providers: [{ provide: KafkaProducer, useValue: producer }],
  }),
};
