// `npm run train`: trains the classifier of the local analyser and writes its weights.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBanking77 } from './banking77.ts';
import { UsageError } from './command-line.ts';
import { weightsOf } from './heads.ts';
import { help, readTrainOptions } from './train-options.ts';
import { trainingTexts } from './training-texts.ts';
import { moduleOf } from './weights-module.ts';

const FILE = 'libs/analysis/src/classifier/weights.ts';

function main(args: readonly string[]): void {
  const options = readTrainOptions(args, process.env);
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const own = trainingTexts();
  const questions = options.banking77 === undefined ? [] : readBanking77(options.banking77);
  const text = moduleOf(weightsOf(own, questions));
  writeFileSync(join(import.meta.dirname, '../src/classifier/weights.ts'), text);
  const texts = `${own.length} texts of our own and ${questions.length} of banking77`;
  process.stdout.write(`${FILE}: ${Math.ceil(text.length / 1024)} KB, trained on ${texts}.\n`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
