// For specs: runs a service inside the process of its spec. Nothing else calls it, so no bundle contains it.
import type { z } from 'zod';
import { type Config, type ConfigShape, readConfig } from './config.ts';
import { platformOf, type RunningService, type ServiceSpec, startService } from './run-service.ts';
import { baseSettings } from './settings.ts';

/**
 * Starts a service on a free port. It logs only errors, and sees only `env` of the environment. `stop` throws a fatal error,
 * which would have ended a process.
 */
export async function startOnFreePort<Shape extends ConfigShape & { PORT: z.ZodType<number> }>(
  spec: ServiceSpec<Shape>,
  env: Readonly<Record<string, string>>,
): Promise<RunningService> {
  const settings = { ...baseSettings, ...spec.settings };
  const variables = { PORT: '0', LOG_LEVEL: 'error', ...env };
  const config = readConfig(settings, variables) as Config<Shape & typeof baseSettings>;
  let fatal: Error | undefined;
  const service = await startService(spec, config, platformOf(spec, config), (error) => {
    fatal ??= error;
  });
  return {
    url: service.url,
    async stop() {
      await service.stop();
      if (fatal !== undefined) throw fatal;
    },
  };
}
