// `discard`: dead letters that nobody will replay.
import { countDeadLetters, discardDeadLetters } from '@switchboard/sink';
import { UsageError } from '../rig/usage.ts';
import { choosingHelp, endHelp, filterOptions, options, readArgs, readChosen } from './args.ts';
import { confirmed, notFound } from './confirm.ts';
import { DONE, NOT_ALL, type Verb } from './desk.ts';
import { counted, many } from './text.ts';

export const discard: Verb = {
  help: `npm run dlq -- discard ID... | filter | --all, --why TEXT [options]

Gives dead letters up for good: a delivery counts as skipped, a record is listed no more.

${choosingHelp}
  --why TEXT          stays with them; no personal data
  --yes               more than one without asking
  --by NAME           who is written down as having done it (your user name)
${endHelp}`,
  async run(args, desk) {
    const { values, positionals } = readArgs(args, {
      ...filterOptions,
      all: options.flag,
      why: options.text,
      yes: options.flag,
      by: options.text,
      json: options.flag,
    });
    const { why: reason, yes, by: actor = desk.user, json, ...words } = values;
    if (!reason) throw new UsageError('say --why');
    const chosen = readChosen(positionals, words);
    const { db, say } = desk;
    const count = await countDeadLetters(db, chosen);
    if (count.deliveries + count.records === 0) {
      say(json ? JSON.stringify({ deliveries: 0, records: 0, failed: 0 }) : 'No such dead letters.');
      return NOT_ALL;
    }
    if (!(await confirmed('Discard', count, yes, desk))) return NOT_ALL;
    const { action, deliveries, records } = await discardDeadLetters(db, chosen, { actor, reason });
    const failed = deliveries.gone + notFound(chosen, count);
    const done = { deliveries: deliveries.done, records };
    if (json) say(JSON.stringify({ action, ...done, failed }));
    else {
      say(`Discarded ${counted(done)} (action ${action}).`);
      if (failed > 0) say(`${many(failed, 'is', 'are')} dead no more, or not there.`);
    }
    return failed > 0 ? NOT_ALL : DONE;
  },
};
