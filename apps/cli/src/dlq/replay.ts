// `replay`: sends dead letters again, or with --dry-run shows what would be sent.
import { type ReplayResult, replayDeadLetters } from '@switchboard/ledger';
import { readArgs, UsageError } from '../arguments.ts';
import { countText } from '../text.ts';
import {
  selectionHelp,
  endHelp,
  options,
  readSelection,
  readNumber,
  actionHelp,
  actionOptions,
} from './args.ts';
import { dlqCommand } from './command-name.ts';
import { confirmed, countSelected, countMissing } from './confirm.ts';
import { DONE, FAILED, type Verb } from './context.ts';
import { dryRun } from './dry-run.ts';

const MAX_SAMPLE = 100;

export const replay: Verb = {
  help: `${dlqCommand} replay ID... | filter | --all [options]

Deliveries are due again at once, with the same idempotency key. Records go back to their topics.

${selectionHelp}
  --dry-run           only show how many, and the requests that the first of them would send
  --sample N          with --dry-run: the requests of how many (10), at most ${MAX_SAMPLE}
  --body              with --dry-run: also the bodies of the requests, which contain personal data
  --force             deliveries get a new idempotency key and repeat all their steps; records are replayed even if they
                      are so old that their event may be delivered twice
${actionHelp}
${endHelp}`,
  async run(args, context) {
    const { values, positionals } = readArgs(args, {
      ...actionOptions,
      'dry-run': options.flag,
      sample: { type: 'string', default: '10' },
      body: options.flag,
      force: options.flag,
    });
    const { 'dry-run': dry, sample, body, force, yes, by: actor = context.user, json, ...words } = values;
    const selection = readSelection(positionals, words);
    const { db, say, out } = context;
    const count = await countSelected(selection, json, context);
    if (count === undefined) return FAILED;
    if (dry)
      return dryRun(
        selection,
        { actor, force, sample: readNumber('--sample', sample, MAX_SAMPLE), body, json },
        context,
      );
    if (out === undefined && count.records > 0)
      throw new UsageError(
        'there are records among them, which need Kafka; set KAFKA_BROKERS, or add --kind delivery',
      );
    if (!(await confirmed('Replay', count, yes, context))) return FAILED;
    const replayed = await replayDeadLetters(db, out ?? noBrokers, selection, { actor, force });
    const problems = problemsOf(replayed, countMissing(selection, count));
    const done = { deliveries: replayed.deliveries.done, records: replayed.records.done };
    if (json) say(JSON.stringify({ action: replayed.action, ...done, problems }));
    else {
      say(`Replayed ${countText(done)} (action ${replayed.action}).`);
      for (const problem of problems) say(problem);
    }
    return problems.length > 0 ? FAILED : DONE;
  },
};

// For records that became dead letters after the count. They stay dead letters.
const noBrokers = {
  producer: { send: () => Promise.reject(new Error('no brokers are configured; set KAFKA_BROKERS')) },
  topicPrefix: '',
};

/** What was not replayed, and why. */
function problemsOf({ deliveries, records }: ReplayResult, missing: number): string[] {
  const problems: [number, string][] = [
    [missing, 'no longer dead letters, or unknown ids'],
    [deliveries.missing, 'the integration or the ledger row no longer exists'],
    [records.tooOld, 'so old that their events may be delivered twice; --force replays them'],
    [records.unknownTopic, 'from a topic that this installation does not have'],
    [records.refused, 'refused by their topic: too large, or their time is not accepted'],
  ];
  return [
    ...problems.flatMap(([count, why]) =>
      count > 0 ? [`Not replayed: ${count.toLocaleString('en')}, ${why}.`] : [],
    ),
    ...(records.error === undefined ? [] : [`The other records were not replayed: ${records.error.message}`]),
  ];
}
