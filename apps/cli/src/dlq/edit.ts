// `edit`: another body for one dead letter.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeadLetterError, editDeadLetter } from '@switchboard/ledger';
import { readArgs, UsageError } from '../arguments.ts';
import { dlqCalled } from './called.ts';
import { endHelp, options, readId } from './args.ts';
import { type Desk, DONE, NOT_ALL, type Verb } from './desk.ts';

export const edit: Verb = {
  help: `${dlqCalled} edit ID --file FILE [options]

Gives one dead letter another body, which its replay uses. What others get of the event stays as it is.

  --file FILE         the body; - reads it from standard input
  --original          its own body again
  --force             also a body that is no event of its type
  --by NAME           who is written down as having done it (your user name)
${endHelp}`,
  async run(args, desk) {
    const { values, positionals } = readArgs(args, {
      file: options.text,
      original: options.flag,
      force: options.flag,
      by: options.text,
      json: options.flag,
    });
    const { file, original, force, by: actor = desk.user, json } = values;
    const id = readId(positionals);
    if ((file === undefined) !== original) throw new UsageError('give --file FILE or --original');
    const body = file === undefined ? null : await read(file, desk);
    try {
      await editDeadLetter(desk.db, id, body, { actor, force });
    } catch (error) {
      if (!(error instanceof DeadLetterError)) throw error;
      desk.warn(error.message);
      return NOT_ALL;
    }
    const what = body === null ? 'its own body again' : `another body of ${body.length} bytes`;
    desk.say(
      json ? JSON.stringify({ edited: positionals[0] }) : `${positionals[0]} has ${what}; replay sends it.`,
    );
    return DONE;
  },
};

async function read(file: string, { folder, input }: Desk): Promise<Buffer> {
  if (file === '-') return input();
  try {
    return readFileSync(resolve(folder, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--file ${file}: cannot be read (${code})`, { cause: error });
  }
}
