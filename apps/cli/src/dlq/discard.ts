// `discard`: gives dead letters up that nobody will replay.
import { discardDeadLetters } from '@switchboard/ledger';
import { readArgs, UsageError } from '../arguments.ts';
import { countText } from '../text.ts';
import { selectionHelp, endHelp, options, readSelection, actionHelp, actionOptions } from './args.ts';
import { dlqCommand } from './command-name.ts';
import { confirmed, countSelected, countMissing } from './confirm.ts';
import { DONE, FAILED, type Verb } from './context.ts';

export const discard: Verb = {
  help: `${dlqCommand} discard ID... | filter | --all, --why TEXT [options]

Gives dead letters up for good: a delivery becomes skipped, a record is no longer listed.

${selectionHelp}
  --why TEXT          the reason, which is stored; write no personal data
${actionHelp}
${endHelp}`,
  async run(args, context) {
    const { values, positionals } = readArgs(args, {
      ...actionOptions,
      why: options.text,
    });
    const { why: reason, yes, by: actor = context.user, json, ...words } = values;
    if (!reason) throw new UsageError('give a reason with --why TEXT');
    const selection = readSelection(positionals, words);
    const { db, say } = context;
    const count = await countSelected(selection, json, context);
    if (count === undefined) return FAILED;
    if (!(await confirmed('Discard', count, yes, context))) return FAILED;
    const { action, deliveries, records } = await discardDeadLetters(db, selection, { actor, reason });
    const failed = deliveries.missing + countMissing(selection, count);
    const done = { deliveries: deliveries.done, records };
    if (json) say(JSON.stringify({ action, ...done, failed }));
    else {
      say(`Discarded ${countText(done)} (action ${action}).`);
      if (failed > 0)
        say(`Not discarded: ${failed.toLocaleString('en')}, no longer dead letters or unknown ids.`);
    }
    return failed > 0 ? FAILED : DONE;
  },
};
