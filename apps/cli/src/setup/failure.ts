// Turns a failure of a setup verb into one line and an exit code.
import { InfrastructureError } from '@switchboard/contracts';
import { TopicMismatchError } from '@switchboard/kafka';
import { StatementRefusedError, UnusableDatabaseError } from '@switchboard/postgres';
import { ConfigError } from '@switchboard/service';
import { UsageError } from '../arguments.ts';
import { IntegrationsFileError } from './integrations/integrations-file.ts';
import { FAILED, WRONG_USE } from './usage.ts';

const NO_SUCH_TABLE = '42P01';
const NO_TABLES = 'the schema has no switchboard tables; run setup tables, or set DATABASE_SCHEMA';

/** The message and the exit code. Only an unexpected error has its stack. */
export function failureOf(error: unknown): { readonly sentence: string; readonly exitCode: number } {
  if (error instanceof StatementRefusedError && error.sqlState === NO_SUCH_TABLE)
    return { sentence: NO_TABLES, exitCode: WRONG_USE };
  if (isWrongUse(error)) return { sentence: error.message, exitCode: WRONG_USE };
  if (error instanceof TopicMismatchError || error instanceof InfrastructureError)
    return { sentence: error.message, exitCode: FAILED };
  const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { sentence, exitCode: FAILED };
}

function isWrongUse(error: unknown): error is Error {
  return [ConfigError, UsageError, UnusableDatabaseError, IntegrationsFileError].some(
    (kind) => error instanceof kind,
  );
}
