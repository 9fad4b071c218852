// `run`, which a sink's main.ts calls. Several calls in one turn of the event loop make one process that hosts all sinks.
import { parseAllowList } from '@switchboard/egress';
import { SecretBox } from '@switchboard/postgres';
import { encryptionKey, port, runService, type ServiceSpec } from '@switchboard/service';
import type { Sink } from '@switchboard/sink';
import { z } from 'zod';
import { SinkHost } from './sink-host.ts';
import type { Timing } from './timing.ts';

const allowList = z
  .string()
  .default('')
  .superRefine((text, context) => {
    try {
      parseAllowList(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    }
  })
  .meta({
    description:
      'What sinks may call beside public addresses over HTTPS: networks, addresses and host names, each with :port if ' +
      'wanted, comma separated',
  });

const settings = {
  PORT: port(3005),
  ENCRYPTION_KEY: encryptionKey,
  EGRESS_ALLOW: allowList,
} as const;

/** The sinks of earlier calls in this turn of the event loop. */
let pending: Sink[] | undefined;

/** Hosts these sinks, together with the sinks of other calls in the same turn of the event loop. */
export function run(...sinks: Sink[]): void {
  if (pending !== undefined) {
    pending.push(...sinks);
    return;
  }
  const together = [...sinks];
  pending = together;
  setImmediate(() => {
    pending = undefined;
    void runService(sinkService(together));
  });
}

/**
 * The service that hosts these sinks; specs give shorter periods. Throws RangeError when two sinks have the same name.
 */
export function sinkService(sinks: readonly Sink[], timing?: Partial<Timing>): ServiceSpec<typeof settings> {
  const names = sinks.map((sink) => sink.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`hosting sinks: two sinks are named ${twice}; rename one`);
  return {
    name: names.length === 1 ? `sink-${names[0]}` : 'sinks',
    settings,
    assemble(platform, config, onFatal) {
      const box = new SecretBox(config.ENCRYPTION_KEY);
      const allow = parseAllowList(config.EGRESS_ALLOW);
      const host = new SinkHost(platform, sinks, { box, allow, onFatal, timing });
      return {
        providers: [{ provide: SinkHost, useFactory: () => host }],
        live: () => host.checkLive(),
        progress: () => host.progress(),
        condition: () => host.condition(),
      };
    },
  };
}
