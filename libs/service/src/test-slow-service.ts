// For run-service.spec.ts: the process of a service that starts only after a word on stdin, and logs its progress.
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
      onModuleDestroy: () => logger.info({}, 'Intake stopped.'),
      async onApplicationShutdown() {
        await database.ping();
        logger.info({}, 'Work stopped.');
      },
    };
    return { providers: [{ provide: 'life', useValue: life }] };
  },
});
