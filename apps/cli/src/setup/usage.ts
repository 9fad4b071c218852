// The options, settings, help text and exit codes of the setup verbs.
import { threeCopies } from '@switchboard/kafka';
import { baseSettings, encryptionKey, helpText, wholeNumber } from '@switchboard/service';
import { z } from 'zod';

const { HOST: _host, ...shared } = baseSettings;

/** Settings of all verbs, except `check model`, which has the settings of the model's server. */
export const settings = {
  ...shared,
  ENCRYPTION_KEY: encryptionKey.optional().meta(encryptionKey.meta() ?? {}),
  KAFKA_REPLICATION_FACTOR: wholeNumber(
    1,
    9,
    threeCopies.replicationFactor,
    'Copies of each topic in the cluster; 1 for a single broker',
  ),
  KAFKA_MIN_INSYNC_REPLICAS: z.coerce.number().int().min(1).max(9).optional().meta({
    description:
      'Copies that must have a record before it counts as written; default 2, or 1 if there is one copy. Never lowered on a topic',
  }),
} as const;

/** Options of all verbs. */
export const options = {
  integrations: { type: 'string' },
  since: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export const DONE = 0;
/** The command failed, or the integration is not usable. */
export const FAILED = 1;
/** The command line, a setting or the file is wrong. */
export const WRONG_USE = 2;
/** The sink of the integration has no check, or nothing to prepare. */
export const UNKNOWN = 3;

/** The text of `--help`. */
export const help = `setup COMMAND [options]

  all            topics, tables and, with --integrations, the integrations
  topics         create missing topics, correct the settings of existing ones
  tables         apply migrations
  integrations   apply --integrations FILE; fails if a running sink would refuse a setting
  status         show whether each integration delivers, what waits for it, and how the model has worked
  check ID       ask the sink of an integration whether it is usable
  prepare ID     make what the integration needs on the other side, such as HubSpot's properties
  check model    ask the configured model (OPENAI_*, MODEL_*) one question, and show what is wrong
  report         count events on each topic and deliveries in each state, and check that none was lost

  --integrations FILE   integrations.yaml
  --since TIME          report: count from this RFC 3339 time on (default: everything)
  --json                JSON output, for programs: status, check, prepare, report, --help

Exit code ${DONE}: done; ${FAILED}: it failed, or the integration is not usable; ${WRONG_USE}: the command line, a setting or the file is wrong;
${UNKNOWN}: the sink of the integration has no check, or nothing to prepare.

For dead letters see dlq --help.

${helpText('setup', settings)}`;
