// What `npm run train` can be told.

import { banking77File, howToGive } from './banking77.ts';
import { readValues, UsageError } from './command-line.ts';

export const help = `npm run train -- [options]

Teaches the classifier of the local analyser and writes its weights, libs/analysis/src/classifier/weights.ts. It learns
from libs/analysis/training/texts and from banking77; the same texts give the same bytes.

  --banking77 FILE      train.csv of banking77 (CC BY 4.0); also BANKING77_CSV
  --without-banking77   learns categories from our own texts alone: not what the weights in the repository are made of
  --help

Exit code: 0 written, 1 a text cannot be read, 2 usage, or the named file is not there. Where it is not 0, nothing is
written.
`;

export interface TrainOptions {
  readonly help: boolean;
  /** Undefined: it was said that there is to be none. */
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
    throw new UsageError('--banking77 and --without-banking77: say one of them');
  const banking77 = without ? undefined : banking77File(named, env);
  if (banking77 === undefined && !without) {
    throw new UsageError(
      `the weights that ship are made with banking77: ${howToGive}, or say --without-banking77`,
    );
  }
  return { help, banking77 };
}
