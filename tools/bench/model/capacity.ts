// Finds the highest load of conversations for one enricher beside a slow model server: every event is enriched by the
// model, and 99 of 100 at most 400 ms later than the server alone would allow.
import { alone, type Figure } from '../figures.ts';
import { percentile } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';
import { isOf } from './arrivals.ts';
import { type ModelStage, setModelStage } from './stage.ts';

/** As many calls at a time as events may ask. */
const CONCURRENCY = '300';
const LOWEST = 25;
/** More than 300 calls of 800 ms can be. */
const HIGHEST = 400;
const STEP = 25;
const ALLOWED_MS = 400;

/** The highest rate that was kept, in steps of 25. */
export async function capacity(desk: Workbench, delayMs: number): Promise<Figure[]> {
  const seconds = desk.quick ? 10 : 30;
  const stage = await setModelStage(desk, { delayMs, env: { MODEL_CONCURRENCY: CONCURRENCY } });
  const keeps = (rate: number) =>
    desk.progress.step(
      `${rate} conversations/s for ${seconds} s`,
      ({ note }) => kept(stage, { rate, seconds, latestMs: delayMs + ALLOWED_MS, note }),
      (is) => (is ? 'kept' : 'not kept'),
    );
  await stage.play({ count: 10 * LOWEST, perSecond: LOWEST, note: () => undefined });
  let low = 0;
  let high = HIGHEST + STEP;
  while (high - low > STEP) {
    const rate = Math.floor((low + high) / 2 / STEP) * STEP;
    if (await keeps(rate)) low = rate;
    else high = rate;
  }
  await stage.end();
  if (low < LOWEST) throw new Error(`measuring model: ${LOWEST} conversations/s were not kept`);
  return [
    alone(
      {
        bench: 'model',
        metric: `highest load kept, ${CONCURRENCY} calls at once, in steps of ${STEP}; the server takes ${delayMs}`,
        unit: 'events/s',
      },
      [low],
    ),
  ];
}

async function kept(
  stage: ModelStage,
  options: { rate: number; seconds: number; latestMs: number; note: (text: string) => void },
): Promise<boolean> {
  const { rate, seconds, latestMs, note } = options;
  const came = await stage.play({ count: rate * seconds, perSecond: rate, note });
  const late = percentile(
    came.map(({ latencyMs }) => latencyMs),
    0.99,
  );
  return came.every(isOf('model')) && late <= latestMs;
}
