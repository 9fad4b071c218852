// The options of `npm run train`.
import { banking77File, howToProvide } from './banking77.ts';
import { readValues, UsageError } from './command-line.ts';

export const help = `npm run train -- [options]

Trains the classifier of the local analyser and writes its weights, libs/analysis/src/classifier/weights.ts. The training
texts are libs/analysis/training/texts and banking77; the same texts give the same bytes.

  --banking77 FILE      train.csv of banking77 (CC BY 4.0); also BANKING77_CSV
  --without-banking77   train categories with our own texts alone; the weights differ from those in the repository
  --help

Exit code: 0 written, 1 a text cannot be read, 2 usage, or the named file cannot be read. If it is not 0, nothing is
written.
`;

export interface TrainOptions {
  readonly help: boolean;
  /** Undefined with --without-banking77. */
  readonly banking77: string | undefined;
}

const known = {
  help: { type: 'boolean', default: false },
  banking77: { type: 'string' },
  'without-banking77': { type: 'boolean', default: false },
} as const;

/** Reads a command line; throws UsageError. */
export function readTrainOptions(args: readonly string[], env: NodeJS.ProcessEnv): TrainOptions {
  const { help, banking77: named, 'without-banking77': without } = readValues(args, known);
  if (help) return { help, banking77: undefined };
  if (without && named !== undefined)
    throw new UsageError('--banking77 and --without-banking77: use one of them');
  const banking77 = without ? undefined : banking77File(named, env);
  if (banking77 === undefined && !without) {
    throw new UsageError(
      `the weights in the repository need banking77: ${howToProvide}, or use --without-banking77`,
    );
  }
  return { help, banking77 };
}
