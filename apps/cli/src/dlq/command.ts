// Finds the verb of a `dlq` command line, runs it, and turns a failure into a message and an exit code.
import { InfrastructureError } from '@switchboard/contracts';
import { StatementRefusedError } from '@switchboard/postgres';
import { ConfigError } from '@switchboard/service';
import { DeadLetterError } from '@switchboard/ledger';
import { UsageError } from '../arguments.ts';
import { dlqCommand, dlqName } from './command-name.ts';
import { UNAVAILABLE, type CommandContext, FAILED, type Verb, WRONG_USE } from './context.ts';
import { exitCodes } from './args.ts';
import { discard } from './discard.ts';
import { edit } from './edit.ts';
import { list } from './list.ts';
import { replay } from './replay.ts';
import { show } from './show.ts';

const verbs: ReadonlyMap<string, Verb> = new Map(Object.entries({ list, show, edit, replay, discard }));

const help = `${dlqCommand} VERB [options]

Dead letters: deliveries that were given up, and records that a service could not process.

  list      finds dead letters
  show      shows everything about one
  edit      replaces the body of one
  replay    sends them again; --dry-run shows what would be sent
  discard   gives them up for good

${dlqCommand} VERB --help shows the options of a verb. DATABASE_URL (and DATABASE_SCHEMA) names the database,
KAFKA_BROKERS (and TOPIC_PREFIX) the brokers to which records are replayed. Without DATABASE_URL, npm run dlq uses the
system that npm start runs on this machine.

${exitCodes}
`;

/** Where the command runs. `open` is called once the command line has been understood. */
export interface Terminal {
  readonly open: () => CommandContext;
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
}

const NO_SUCH_TABLE = '42P01';

/** Runs the command line. Returns the exit code. */
export async function dlq(args: readonly string[], { open, say, warn }: Terminal): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help') {
      say(help.trimEnd());
      return name === undefined ? WRONG_USE : 0;
    }
    const verb = verbs.get(name);
    if (verb === undefined)
      throw new UsageError(`unknown verb ${name}; use one of ${[...verbs.keys()].join(', ')}`);
    if (rest.includes('--help')) {
      say(verb.help.trimEnd());
      return 0;
    }
    return await verb.run(rest, open());
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError || error instanceof DeadLetterError) {
      warn(`${dlqName}: ${error.message} (see --help)`);
      return WRONG_USE;
    }
    if (error instanceof StatementRefusedError && error.sqlState === NO_SUCH_TABLE) {
      warn(
        `${dlqName}: the schema has no switchboard tables; apply the migrations (setup tables), or set DATABASE_SCHEMA`,
      );
      return WRONG_USE;
    }
    if (error instanceof InfrastructureError) {
      warn(`${dlqName}: ${error.message}`);
      return UNAVAILABLE;
    }
    warn(`${dlqName}: ${(error as Error).stack}`);
    return FAILED;
  }
}
