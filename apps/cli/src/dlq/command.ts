// Dead letters: which verb, with what, and which exit code a failure has.
import { InfrastructureError } from '@switchboard/contracts';
import { StatementRefusedError } from '@switchboard/postgres';
import { ConfigError } from '@switchboard/service';
import { DeadLetterError } from '@switchboard/ledger';
import { UsageError } from '../arguments.ts';
import { dlqCalled, dlqName } from './called.ts';
import { AWAY, type Desk, NOT_ALL, type Verb, WRONG_USE } from './desk.ts';
import { exitCodes } from './args.ts';
import { discard } from './discard.ts';
import { edit } from './edit.ts';
import { list } from './list.ts';
import { replay } from './replay.ts';
import { show } from './show.ts';

const verbs: ReadonlyMap<string, Verb> = new Map(Object.entries({ list, show, edit, replay, discard }));

const help = `${dlqCalled} VERB [options]

Dead letters: deliveries that were given up, and records that a service could not process.

  list      finds them
  show      tells all about one
  edit      gives one another body
  replay    tries them anew; --dry-run tells what would be sent
  discard   gives them up for good

${dlqCalled} VERB --help tells the options of a verb. DATABASE_URL (and DATABASE_SCHEMA) names the database,
KAFKA_BROKERS (and TOPIC_PREFIX) the brokers that records are replayed to; without DATABASE_URL npm run dlq takes those
of the system that npm start runs here.

${exitCodes}
`;

/** A desk that is opened when the command line was understood. */
export interface Opening {
  readonly open: () => Desk;
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
}

const NO_SUCH_TABLE = '42P01';

/** Runs the command line; answers the exit code. */
export async function dlq(args: readonly string[], { open, say, warn }: Opening): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help') {
      say(help.trimEnd());
      return name === undefined ? WRONG_USE : 0;
    }
    const verb = verbs.get(name);
    if (verb === undefined)
      throw new UsageError(`there is no ${name}; use one of ${[...verbs.keys()].join(', ')}`);
    if (rest.includes('--help')) {
      say(verb.help.trimEnd());
      return 0;
    }
    return await verb.run(rest, open());
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError || error instanceof DeadLetterError) {
      warn(`${dlqName}: ${error.message} (--help tells more)`);
      return WRONG_USE;
    }
    if (error instanceof StatementRefusedError && error.sqlState === NO_SUCH_TABLE) {
      warn(`${dlqName}: there are no tables of ours; apply the migrations, or set DATABASE_SCHEMA`);
      return WRONG_USE;
    }
    if (error instanceof InfrastructureError) {
      warn(`${dlqName}: ${error.message}`);
      return AWAY;
    }
    warn(`${dlqName}: ${(error as Error).stack}`);
    return NOT_ALL;
  }
}
