// What the setup verbs are told: arguments, settings, and what their exit codes mean.
import { threeCopies } from '@switchboard/kafka';
import { baseSettings, encryptionKey, helpText, wholeNumber } from '@switchboard/service';
import { z } from 'zod';

const { HOST: _host, ...shared } = baseSettings;

/** Settings of all verbs but `check model`, which has those of the model's server. */
export const settings = {
  ...shared,
  ENCRYPTION_KEY: encryptionKey.optional().meta(encryptionKey.meta() ?? {}),
  KAFKA_REPLICATION_FACTOR: wholeNumber(
    1,
    9,
    threeCopies.replicationFactor,
    'Copies of each topic that the cluster is meant to have; 1 for a single broker',
  ),
  KAFKA_MIN_INSYNC_REPLICAS: z.coerce.number().int().min(1).max(9).optional().meta({
    description: 'Copies that must have a record; 2, or 1 where there is one copy. Never lowered on a topic',
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
/** Or the integration is not usable. */
export const FAILED = 1;
/** The command line, a setting or the file. */
export const WRONG_USE = 2;
/** The sink of an integration has nothing of that kind. */
export const UNKNOWN = 3;

/** The text of `--help`. */
export const help = `setup COMMAND [options]

  all            topics, tables and, with --integrations, the integrations
  topics         create missing topics, check and mend existing ones
  tables         apply migrations
  integrations   apply --integrations FILE to the tables; refused where a sink that runs here would refuse it
  status         how every integration stands, what waits for it, and how the model has done of late
  check ID       asks the sink of an integration whether it is usable
  prepare ID     lets it make what it needs on the other side, such as HubSpot's properties
  check model    asks the configured model (OPENAI_*, MODEL_*) one question, and says what is wrong
  report         what arrived where

  --integrations FILE   integrations.yaml
  --since TIME          report: RFC 3339 moment to count from (default: everything)
  --json                status, check, prepare, report, --help: for machines

Exit code ${DONE}: done; ${FAILED}: it failed, or the integration is not usable; ${WRONG_USE}: the command line, a setting or the file was wrong;
${UNKNOWN}: the integration cannot be checked, or needs no preparing, because its sink has nothing of that kind.

Dead letters have verbs of their own: dlq --help.

${helpText('setup', settings)}`;
