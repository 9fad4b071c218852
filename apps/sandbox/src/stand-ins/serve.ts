// `serve`: runs the stand-ins of all vendors on one port until it is stopped.
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { type Command, type Values, wholeOf } from '../command-line.ts';
import { vendorLimits } from './rate-limits.ts';
import { createSandbox, type SandboxOptions } from './server.ts';

export const serve: Command = {
  name: 'serve',
  about: 'stand-ins of HubSpot, Slack and the helpNINJA API (the default command)',
  options: {
    port: { value: 'PORT', about: 'port to listen on, 0 for any', fallback: process.env['PORT'] ?? '3010' },
    host: { value: 'HOST', about: 'address to listen on', fallback: process.env['HOST'] ?? '127.0.0.1' },
    'no-limits': {
      about: 'no rate limits (default: those of the vendors, in 10 s 100 calls to HubSpot, 10 to Slack)',
    },
    'hubspot-prepared': { about: "the HubSpot account has the product's contact properties from the start" },
    'invent-conversations': {
      about: 'the helpNINJA API invents a conversation for every unknown id',
    },
  },
  notes: [
    'Environment (each optional; without it any value that is not empty is accepted):',
    '  PORT, HOST          like the options',
    '  HUBSPOT_TOKEN       Bearer token of /hubspot',
    '  SLACK_SECRET_PATH   TEAM/BOT/SECRET of /slack/services/TEAM/BOT/SECRET',
    '  HELPNINJA_API_KEY   Bearer key of /helpninja/v1: hnja_test_ or hnja_live_ and 32 letters or digits',
    '  HUBSPOT_PREPARED, INVENT_CONVERSATIONS, NO_LIMITS   yes: like the options',
    '',
    'GET /_received lists what arrived, POST /_behaviour sets faults; see apps/sandbox/README.md.',
  ],
  async run(values, { out }) {
    const logger = pino({ base: { service: 'sandbox' } }, out);
    const app = createSandbox({
      ...credentials(process.env),
      ...(isSet(values, 'no-limits', 'NO_LIMITS') ? {} : { limits: vendorLimits }),
      hubspotPrepared: isSet(values, 'hubspot-prepared', 'HUBSPOT_PREPARED'),
      inventConversations: isSet(values, 'invent-conversations', 'INVENT_CONVERSATIONS'),
    });
    const instance = process.env['SWITCHBOARD_INSTANCE'];
    // The launcher sees by this name that its own process answers, as with the services.
    if (instance)
      app.addHook('onRequest', async (_, reply) => void reply.header('x-switchboard-instance', instance));
    await app.listen({ port: wholeOf(values, 'port', 0, 65_535), host: values['host'] ?? '127.0.0.1' });
    const { address, port } = app.server.address() as AddressInfo;
    logger.info({ address, port }, 'Sandbox is listening.');
    const reason = await stopped();
    // An open pipe from the launcher would keep the process alive.
    process.stdin.destroy();
    await app.close();
    logger.info({ reason }, 'Sandbox has stopped.');
    return 0;
  },
};

/** Reads credentials from the environment. An empty variable counts as absent. */
export function credentials(env: NodeJS.ProcessEnv): SandboxOptions {
  const { HUBSPOT_TOKEN, SLACK_SECRET_PATH, HELPNINJA_API_KEY } = env;
  return {
    ...(HUBSPOT_TOKEN ? { hubspotToken: HUBSPOT_TOKEN } : {}),
    ...(SLACK_SECRET_PATH ? { slackSecretPath: SLACK_SECRET_PATH } : {}),
    ...(HELPNINJA_API_KEY ? { helpninjaApiKey: HELPNINJA_API_KEY } : {}),
  };
}

function isSet(values: Values, option: string, variable: string): boolean {
  return values[option] === 'true' || process.env[variable] === 'yes';
}

function stopped(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    if (process.env['SWITCHBOARD_PARENT'] !== '1') return;
    // If the launcher is killed, its end of the pipe closes.
    process.stdin.once('close', () => resolve('stdin closed'));
    process.stdin.resume();
  });
}
