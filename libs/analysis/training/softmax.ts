// Multinomial logistic regression over binary features, by stochastic gradient descent with the step sizes of AdaGrad. The same
// samples and seed give the same weights.
import { seeded, shuffled } from './random.ts';

// Looked up once, because Jest makes the access to globals slow.
const { exp, max, sqrt } = Math;

/** A training sample: the numbers of its features, its class and its weight. */
export interface Sample {
  readonly features: Int32Array;
  readonly label: number;
  readonly weight: number;
}

/** One head of the classifier, in full precision. */
export interface Head {
  readonly classes: number;
  readonly bias: Float32Array<ArrayBuffer>;
  /** A row for each feature, and a column for each class. */
  readonly weights: Float32Array<ArrayBuffer>;
}

/** The parameters of the training. */
export interface Learning {
  readonly epochs: number;
  readonly rate: number;
  /** L2 regularisation: how strongly weights are pulled towards 0. */
  readonly decay: number;
  readonly seed: number;
}

/** Trains a head with `classes` classes and `features` features. */
export function learn(samples: readonly Sample[], classes: number, features: number, how: Learning): Head {
  const bias = new Float32Array(classes);
  const biasSteps = new Float32Array(classes).fill(1);
  const weights = new Float32Array(features * classes);
  const steps = new Float32Array(features * classes).fill(1e-2);
  const gradient = new Float64Array(classes);
  const random = seeded(how.seed);
  for (let epoch = 0; epoch < how.epochs; epoch += 1) {
    for (const index of shuffled(samples.length, random)) {
      const { features: present, label, weight } = samples[index] as Sample;
      const scale = scaleOf(present.length);
      probabilities(bias, weights, present, gradient);
      for (let of = 0; of < classes; of += 1) {
        const slope = ((gradient[of] as number) - (of === label ? 1 : 0)) * weight;
        gradient[of] = slope;
        biasSteps[of] = (biasSteps[of] as number) + slope * slope;
        bias[of] = (bias[of] as number) - (how.rate * slope) / sqrt(biasSteps[of] as number);
      }
      for (const feature of present) {
        const row = feature * classes;
        for (let of = 0; of < classes; of += 1) {
          const at = row + of;
          const slope = (gradient[of] as number) * scale + how.decay * (weights[at] as number);
          const step = (steps[at] as number) + slope * slope;
          steps[at] = step;
          weights[at] = (weights[at] as number) - (how.rate * slope) / sqrt(step);
        }
      }
    }
  }
  return { classes, bias, weights };
}

/** The factor of each of `count` features. It keeps long texts from higher scores than short ones. */
export function scaleOf(count: number): number {
  return count === 0 ? 0 : 1 / sqrt(count);
}

/** Writes the probability of each class into `into`. */
export function probabilities(
  bias: Float32Array,
  weights: Float32Array,
  present: Int32Array,
  into: Float64Array,
): void {
  const classes = bias.length;
  const scale = scaleOf(present.length);
  into.fill(0);
  for (const feature of present) {
    const row = feature * classes;
    for (let of = 0; of < classes; of += 1) into[of] = (into[of] as number) + (weights[row + of] as number);
  }
  let most = Number.NEGATIVE_INFINITY;
  for (let of = 0; of < classes; of += 1) {
    into[of] = (into[of] as number) * scale + (bias[of] as number);
    most = max(most, into[of] as number);
  }
  let sum = 0;
  for (let of = 0; of < classes; of += 1) {
    into[of] = exp((into[of] as number) - most);
    sum += into[of] as number;
  }
  for (let of = 0; of < classes; of += 1) into[of] = (into[of] as number) / sum;
}
