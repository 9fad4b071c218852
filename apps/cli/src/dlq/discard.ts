// `discard`: dead letters that nobody will replay.
import { discardDeadLetters } from '@switchboard/ledger';
import { readArgs, UsageError } from '../arguments.ts';
import { counted, many } from '../text.ts';
import { choosingHelp, endHelp, options, readChosen, settlingHelp, settlingOptions } from './args.ts';
import { dlqCalled } from './called.ts';
import { confirmed, countChosen, notFound } from './confirm.ts';
import { DONE, NOT_ALL, type Verb } from './desk.ts';

export const discard: Verb = {
  help: `${dlqCalled} discard ID... | filter | --all, --why TEXT [options]

Gives dead letters up for good: a delivery counts as skipped, a record is listed no more.

${choosingHelp}
  --why TEXT          stays with them; no personal data
${settlingHelp}
${endHelp}`,
  async run(args, desk) {
    const { values, positionals } = readArgs(args, {
      ...settlingOptions,
      why: options.text,
    });
    const { why: reason, yes, by: actor = desk.user, json, ...words } = values;
    if (!reason) throw new UsageError('say --why');
    const chosen = readChosen(positionals, words);
    const { db, say } = desk;
    const count = await countChosen(chosen, json, desk);
    if (count === undefined) return NOT_ALL;
    if (!(await confirmed('Discard', count, yes, desk))) return NOT_ALL;
    const { action, deliveries, records } = await discardDeadLetters(db, chosen, { actor, reason });
    const failed = deliveries.missing + notFound(chosen, count);
    const done = { deliveries: deliveries.done, records };
    if (json) say(JSON.stringify({ action, ...done, failed }));
    else {
      say(`Discarded ${counted(done)} (action ${action}).`);
      if (failed > 0) say(`${many(failed, 'is', 'are')} dead no more, or not there.`);
    }
    return failed > 0 ? NOT_ALL : DONE;
  },
};
