// For run-service.spec.ts, as a process of its own: a service that starts only when told to on stdin, and logs how far
// it is.
import { once } from 'node:events';
import { runService } from './run-service.ts';
import { port } from './settings.ts';

await runService({
  name: 'slow',
  settings: { PORT: port(0) },
  worksWithoutPostgres: true,
  async assemble({ database, logger }, _config, onFatal) {
    logger.info({}, 'Assembling.');
    const [word] = await once(process.stdin, 'data');
    if (String(word) === 'fail') {
      onFatal(new Error('gone for good'));
      await new Promise(() => undefined);
    }
    const life = {
      onModuleDestroy: () => logger.info({}, 'Intake has ended.'),
      async onApplicationShutdown() {
        await database.ping();
        logger.info({}, 'Work has ended.');
      },
    };
    return { providers: [{ provide: 'life', useValue: life }] };
  },
});
