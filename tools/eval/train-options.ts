// What `npm run train` can be told.
import { parseArgs } from 'node:util';
import { UsageError } from '../rig/usage.ts';

export const help = `npm run train -- [options]

Teaches the classifier of the local analyser and writes its weights, libs/analysis/src/classifier/weights.ts. It learns
from tools/eval/training and, where given, from banking77; the same texts give the same bytes.

  --banking77 FILE   train.csv of banking77 (CC BY 4.0); also BANKING77_CSV. The weights in the repository are made with
                     it: without it categories are learned from our own texts alone, and a warning tells
  --help

Exit code: 0 written, 1 a text cannot be read, 2 usage.
`;

export interface TrainOptions {
  readonly help: boolean;
  readonly banking77: string | undefined;
}

/** Reads a command line; throws UsageError. */
export function readTrainOptions(args: readonly string[], env: NodeJS.ProcessEnv): TrainOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', default: false }, banking77: { type: 'string' } },
    });
    return { help: values.help, banking77: values.banking77 ?? env['BANKING77_CSV'] };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
