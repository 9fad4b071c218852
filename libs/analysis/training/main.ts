// `npm run eval`: scores the local analyser, and fails when it has become worse.
import { writeFileSync } from 'node:fs';
import { CATEGORIES } from '@switchboard/contracts';
import { howToProvide, readBanking77 } from './banking77.ts';
import { UsageError } from './command-line.ts';
import { crossValidate, groupsOf } from './cross-validation.ts';
import { type GoldenItem, readGolden } from './golden.ts';
import { help, readOptions } from './options.ts';
import {
  agreementTable,
  groupTable,
  partsTable,
  scoreTable,
  speedTable,
  commonConfusions,
} from './report.ts';
import {
  ACCEPTED,
  acceptedFile,
  regressionsOf,
  type Results,
  readAccepted,
  resultOf,
  describeRegression,
} from './results.ts';
import { type FacetScore, scoreGolden } from './score-golden.ts';
import { scoresOf } from './scores.ts';
import { measureSpeed } from './speed.ts';
import { trainingTexts } from './training-texts.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n\n`);

async function main(args: readonly string[]): Promise<number> {
  const { help: helpWanted, quick, accept, json, banking77 } = readOptions(args, process.env);
  if (helpWanted) {
    process.stdout.write(help);
    return 0;
  }
  const accepted = readAccepted(acceptedFile);
  const items = readGolden();
  const golden = await scoreGolden(items);
  await sayGolden(items, golden);
  const results: Results = {
    ...Object.fromEntries(golden.map(({ facet, scores }) => [`golden ${facet}`, resultOf(scores)])),
    ...(quick ? {} : scoreBanking77(banking77)),
  };
  const speed = quick ? undefined : await measureSpeed(textsOf(items));
  if (speed) say(speedTable(speed));
  const agreement = Object.fromEntries(golden.map(({ facet, agreement }) => [facet, agreement]));
  if (json !== undefined) writeFileSync(json, toText({ results, agreement, speed }));
  if (accept) {
    writeFileSync(acceptedFile, toText({ ...accepted, ...results }));
    say(`These are the accepted results now: ${ACCEPTED}.`);
    return 0;
  }
  const regressions = regressionsOf(
    accepted,
    results,
    (what) => what.startsWith('banking77') && !(what in results),
  );
  for (const regression of regressions) say(describeRegression(regression));
  if (regressions.length === 0) say('No macro-F1 fell by more than 0.02.');
  return regressions.length === 0 ? 0 : 1;
}

async function sayGolden(items: readonly GoldenItem[], golden: readonly FacetScore[]): Promise<void> {
  const messages = items.filter(({ kind }) => kind === 'message');
  const conversations = items.filter(({ kind }) => kind === 'conversation');
  say(`Golden set: ${messages.length} messages and ${conversations.length} conversations.`);
  say(agreementTable(golden));
  for (const { facet, scores, predictions } of golden) {
    say(scoreTable(facet, scores));
    say(commonConfusions(predictions));
  }
  const parts = [
    ['all', golden],
    ['messages', await scoreGolden(messages)],
    ['conversations', await scoreGolden(conversations)],
  ] as const;
  say(partsTable(parts));
}

/** No results when no file is named. */
function scoreBanking77(file: string | undefined): Results {
  if (file === undefined) {
    say(`banking77 is left out: ${howToProvide}.`);
    return {};
  }
  const questions = readBanking77(file);
  say(
    `banking77: ${questions.length} questions, each judged by a classifier that was not trained on its fifth.`,
  );
  say(groupTable(groupsOf(questions)));
  const predictions = crossValidate(questions, trainingTexts());
  const scores = scoresOf(predictions, CATEGORIES);
  say(scoreTable('category', scores));
  say(commonConfusions(predictions));
  return { 'banking77 category': resultOf(scores) };
}

function textsOf(items: readonly GoldenItem[]): string[] {
  return items.filter(({ kind }) => kind === 'message').map(({ messages }) => messages[0]?.text ?? '');
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
