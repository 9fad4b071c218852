// The options of `npm run eval`.
import { banking77File } from './banking77.ts';
import { outputFile, readValues } from './command-line.ts';

export const help = `npm run eval -- [options]

Scores the local analyser: sentiment, urgency and category on the golden set (libs/analysis/training/golden), category
on banking77 by five-fold cross-validation, and its speed. Prints precision, recall and F1 by class, and compares each
macro-F1 with the last accepted one in libs/analysis/training/results.json.

  --banking77 FILE   train.csv of banking77 (CC BY 4.0); also BANKING77_CSV. Without a file this part is
                     left out
  --quick            score only the golden set
  --json FILE        also write the results, the agreement of the two passes and the speed as JSON
  --accept           accept these results; parts that were left out keep their accepted results
  --help

Exit code: 0 no macro-F1 fell by more than 0.02 (or --accept), 1 one did, cannot be scored or has no accepted result,
2 usage, or the named file cannot be read.
`;

export interface EvalOptions {
  readonly help: boolean;
  readonly quick: boolean;
  readonly accept: boolean;
  readonly json: string | undefined;
  readonly banking77: string | undefined;
}

const known = {
  help: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  accept: { type: 'boolean', default: false },
  json: { type: 'string' },
  banking77: { type: 'string' },
} as const;

/** Reads a command line; throws UsageError. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): EvalOptions {
  const values = readValues(args, known);
  if (values.help) return { help: true, quick: false, accept: false, json: undefined, banking77: undefined };
  return {
    help: false,
    quick: values.quick,
    accept: values.accept,
    json: values.json === undefined ? undefined : outputFile('--json', values.json),
    banking77: banking77File(values.banking77, env),
  };
}
