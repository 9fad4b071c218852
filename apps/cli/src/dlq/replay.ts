// `replay`: dead letters are tried anew, or only looked at as they would be sent.
import { type ReplayResult, replayDeadLetters } from '@switchboard/ledger';
import { readArgs, UsageError } from '../arguments.ts';
import { counted, many } from '../text.ts';
import {
  choosingHelp,
  endHelp,
  options,
  readChosen,
  readNumber,
  settlingHelp,
  settlingOptions,
} from './args.ts';
import { dlqCalled } from './called.ts';
import { confirmed, countChosen, notFound } from './confirm.ts';
import { DONE, NOT_ALL, type Verb } from './desk.ts';
import { dryRun } from './dry-run.ts';

const MAX_SAMPLE = 100;

export const replay: Verb = {
  help: `${dlqCalled} replay ID... | filter | --all [options]

Deliveries wait again and are due at once, under the idempotency key they had; records go back to their topics.

${choosingHelp}
  --dry-run           only tells how many, and the requests that the first of them would send
  --sample N          of so many (10), at most ${MAX_SAMPLE}
  --body              with the bodies of the requests: personal data
  --force             deliveries under a new idempotency key, with none of their steps done; records also when they are
                      so old that others may do their work again
${settlingHelp}
${endHelp}`,
  async run(args, desk) {
    const { values, positionals } = readArgs(args, {
      ...settlingOptions,
      'dry-run': options.flag,
      sample: { type: 'string', default: '10' },
      body: options.flag,
      force: options.flag,
    });
    const { 'dry-run': dry, sample, body, force, yes, by: actor = desk.user, json, ...words } = values;
    const chosen = readChosen(positionals, words);
    const { db, say, out } = desk;
    const count = await countChosen(chosen, json, desk);
    if (count === undefined) return NOT_ALL;
    if (dry)
      return dryRun(
        chosen,
        { actor, force, sample: readNumber('--sample', sample, MAX_SAMPLE), body, json },
        desk,
      );
    if (out === undefined && count.records > 0)
      throw new UsageError(
        'records are among them and no brokers are known; set KAFKA_BROKERS, or say --kind delivery',
      );
    if (!(await confirmed('Replay', count, yes, desk))) return NOT_ALL;
    const replayed = await replayDeadLetters(db, out ?? unknown, chosen, { actor, force });
    const problems = problemsOf(replayed, notFound(chosen, count));
    const done = { deliveries: replayed.deliveries.done, records: replayed.records.done };
    if (json) say(JSON.stringify({ action: replayed.action, ...done, problems }));
    else {
      say(`Replayed ${counted(done)} (action ${replayed.action}).`);
      for (const problem of problems) say(problem);
    }
    return problems.length > 0 ? NOT_ALL : DONE;
  },
};

// For records that die after they were counted; they stay as they are.
const unknown = {
  producer: { send: () => Promise.reject(new Error('no brokers are known')) },
  topicPrefix: '',
};

/** What stays dead, and why. */
function problemsOf({ deliveries, records }: ReplayResult, missing: number): string[] {
  const problems: [number, string][] = [
    [missing, 'dead no more, or not there'],
    [deliveries.missing, 'for an integration that is there no more, or forgotten by the ledger'],
    [records.tooOld, 'so old that others may do their work again; --force replays such records'],
    [records.unknownTopic, 'from no topic of this installation'],
    [records.refused, 'refused by their topic for good: too large, or of a time that it does not take'],
  ];
  return [
    ...problems.flatMap(([count, why]) => (count > 0 ? [`${many(count, 'is', 'are')} ${why}.`] : [])),
    ...(records.error === undefined ? [] : [`The rest of the records stay dead: ${records.error.message}`]),
  ];
}
