// Precision, recall and F1 by class, and how far two labellings agree.

export interface ClassScore {
  readonly name: string;
  /** 0 to 1; 0 where nothing was told to be of the class. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** How many are of this class. */
  readonly support: number;
}

export interface Scores {
  readonly classes: readonly ClassScore[];
  /** Mean F1 of the classes, each counting the same. */
  readonly macroF1: number;
  /** Share that is right. */
  readonly accuracy: number;
}

/** One text: what it is, and what was told. */
export interface Verdict {
  readonly is: string;
  readonly told: string;
}

/** Scores of `verdicts` by the classes that texts are of, in the order of `names`; a class without texts has no recall. */
export function scoresOf(verdicts: readonly Verdict[], names: readonly string[]): Scores {
  const classes = names.map((name) => classScore(name, verdicts)).filter(({ support }) => support > 0);
  const right = verdicts.filter(({ is, told }) => is === told).length;
  return {
    classes,
    macroF1: classes.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, classes.length),
    accuracy: right / Math.max(1, verdicts.length),
  };
}

function classScore(name: string, verdicts: readonly Verdict[]): ClassScore {
  let right = 0;
  let support = 0;
  let told = 0;
  for (const verdict of verdicts) {
    if (verdict.is === name) support += 1;
    if (verdict.told === name) told += 1;
    if (verdict.is === name && verdict.told === name) right += 1;
  }
  const precision = told === 0 ? 0 : right / told;
  const recall = support === 0 ? 0 : right / support;
  return { name, precision, recall, f1: right === 0 ? 0 : (2 * right) / (told + support), support };
}

export interface Agreement {
  /** Share of equal labels. */
  readonly share: number;
  /** Cohen's kappa: 1 is perfect, 0 is what chance alone would give. */
  readonly kappa: number;
}

/** How far two labellings of the same things agree. */
export function agreementOf(pairs: ReadonlyArray<readonly [string, string]>): Agreement {
  const share = pairs.filter(([a, b]) => a === b).length / pairs.length;
  let chance = 0;
  for (const name of new Set(pairs.flat())) {
    const first = pairs.filter(([a]) => a === name).length;
    const second = pairs.filter(([, b]) => b === name).length;
    chance += (first / pairs.length) * (second / pairs.length);
  }
  return { share, kappa: chance === 1 ? 1 : (share - chance) / (1 - chance) };
}
