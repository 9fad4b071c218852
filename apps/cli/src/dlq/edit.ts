// `edit`: replaces the body of one dead letter.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeadLetterError, editDeadLetter } from '@switchboard/ledger';
import { readArgs, UsageError } from '../arguments.ts';
import { dlqCommand } from './command-name.ts';
import { endHelp, options, readId } from './args.ts';
import { type CommandContext, DONE, FAILED, type Verb } from './context.ts';

export const edit: Verb = {
  help: `${dlqCommand} edit ID --file FILE [options]

Replaces the body of one dead letter. Its replay sends the new body; other deliveries of the event keep the old one.

  --file FILE         the new body; - reads it from standard input
  --original          the original body again
  --force             accept a body that is not a valid event of its type
  --by NAME           who did it, for the history of the dead letter (default: your user name)
${endHelp}`,
  async run(args, context) {
    const { values, positionals } = readArgs(args, {
      file: options.text,
      original: options.flag,
      force: options.flag,
      by: options.text,
      json: options.flag,
    });
    const { file, original, force, by: actor = context.user, json } = values;
    const id = readId(positionals);
    if ((file === undefined) !== original) throw new UsageError('give --file FILE or --original');
    const body = file === undefined ? null : await read(file, context);
    try {
      await editDeadLetter(context.db, id, body, { actor, force });
    } catch (error) {
      if (!(error instanceof DeadLetterError)) throw error;
      context.warn(error.message);
      return FAILED;
    }
    const what = body === null ? 'its original body again' : `a new body of ${body.length} bytes`;
    context.say(
      json ? JSON.stringify({ edited: positionals[0] }) : `${positionals[0]} has ${what}; replay sends it.`,
    );
    return DONE;
  },
};

async function read(file: string, { folder, input }: CommandContext): Promise<Buffer> {
  if (file === '-') return input();
  try {
    return readFileSync(resolve(folder, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--file ${file}: cannot be read (${code})`, { cause: error });
  }
}
