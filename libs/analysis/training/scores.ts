// Calculates precision, recall and F1 by class, and the agreement of two labellings.

export interface ClassScore {
  readonly name: string;
  /** 0 to 1; 0 if the class was never predicted. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The number of texts of this class. */
  readonly support: number;
}

export interface Scores {
  readonly classes: readonly ClassScore[];
  /** The mean F1 of the classes, all with the same weight. */
  readonly macroF1: number;
  /** The share of right predictions. */
  readonly accuracy: number;
}

/** The expected and the predicted class of one text. */
export interface Prediction {
  readonly expected: string;
  readonly predicted: string;
}

/** The scores of `predictions` by class, in the order of `names`. Classes without texts are left out. */
export function scoresOf(predictions: readonly Prediction[], names: readonly string[]): Scores {
  const classes = names.map((name) => classScore(name, predictions)).filter(({ support }) => support > 0);
  const right = predictions.filter(({ expected, predicted }) => expected === predicted).length;
  return {
    classes,
    macroF1: classes.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, classes.length),
    accuracy: right / Math.max(1, predictions.length),
  };
}

function classScore(name: string, predictions: readonly Prediction[]): ClassScore {
  let right = 0;
  let support = 0;
  let predicted = 0;
  for (const prediction of predictions) {
    if (prediction.expected === name) support += 1;
    if (prediction.predicted === name) predicted += 1;
    if (prediction.expected === name && prediction.predicted === name) right += 1;
  }
  const precision = predicted === 0 ? 0 : right / predicted;
  const recall = support === 0 ? 0 : right / support;
  return { name, precision, recall, f1: right === 0 ? 0 : (2 * right) / (predicted + support), support };
}

export interface Agreement {
  /** The share of equal labels. */
  readonly share: number;
  /** Cohen's kappa: 1 is perfect agreement, 0 is agreement by chance. */
  readonly kappa: number;
}

/** The agreement of two labellings of the same texts. */
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
