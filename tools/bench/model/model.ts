// The bench of the model step: a steady load beside a server that takes 800 ms, the highest possible load, and that
// nothing is late, lost or above the budget while that server is away, hangs, answers nonsense or asks for pauses.
import { alone, atLeast, atMost, type Figure } from '../figures.ts';
import { percentile } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';
import { capacity } from './capacity.ts';
import { isOf, perSecond } from './arrivals.ts';
import { setModelStage } from './stage.ts';

const bench = 'model';
const DELAY_MS = 800;
const CONCURRENCY = '50';
const OFFERED = 56;
const DEADLINE_MS = 20_000;
const TROUBLED = 30;
const TROUBLES = { down: 'is away', hang: 'hangs', garbage: 'answers nonsense', limit: 'answers 429' };
/** Some forty answers of the stand-in. */
const DAY_TOKENS = 60_000;

/** Figures of the model step. */
export async function modelBench(desk: Workbench): Promise<Figure[]> {
  return [
    ...(await load(desk)),
    ...(await capacity(desk, DELAY_MS)),
    ...(await troubles(desk)),
    ...(await budget(desk)),
  ];
}

async function load(desk: Workbench): Promise<Figure[]> {
  const seconds = desk.quick ? 20 : 60;
  const stage = await setModelStage(desk, { delayMs: DELAY_MS, env: { MODEL_CONCURRENCY: CONCURRENCY } });
  const begin = async (count: number, what: string) =>
    desk.progress.step(what, ({ note }) => stage.play({ count, perSecond: OFFERED, note }));
  await begin(OFFERED * 10, 'warming up');
  const came = await begin(OFFERED * seconds, `${OFFERED} conversations/s for ${seconds} s`);
  const { most } = await stage.mode('well');
  await stage.end();
  const latencies = came.map(({ latencyMs }) => latencyMs);
  const figure = { bench, unit: 'ms' };
  const metric = (what: string) => `load of ${OFFERED} conversations/s: ${what}`;
  return [
    alone({ bench, metric: metric('enriched by the model'), unit: 'events/s', target: atLeast(55) }, [
      perSecond(came.filter(isOf('model'))),
    ]),
    alone({ ...figure, metric: metric('accepted to enriched, p50; the server takes 800') }, [
      percentile(latencies, 0.5),
    ]),
    alone(
      { ...figure, metric: metric('accepted to enriched, p99; the server takes 800'), target: atMost(1_200) },
      [percentile(latencies, 0.99)],
    ),
    alone({ bench, metric: metric('calls at once'), unit: 'calls', target: atMost(Number(CONCURRENCY)) }, [
      most,
    ]),
  ];
}

async function troubles(desk: Workbench): Promise<Figure[]> {
  const seconds = desk.quick ? 30 : 120;
  const figures: Figure[] = [];
  const stage = await setModelStage(desk, {
    delayMs: DELAY_MS,
    env: { MODEL_DEADLINE_MS: String(DEADLINE_MS) },
  });
  for (const [mode, text] of Object.entries(TROUBLES)) {
    await stage.mode(mode);
    const count = TROUBLED * seconds;
    const came = await desk.progress.step(`a server that ${text}, for ${seconds} s`, ({ note }) =>
      stage.play({ count, perSecond: TROUBLED, note }),
    );
    const metric = (what: string) => `server that ${text}: ${what}`;
    figures.push(
      alone({ bench, metric: metric('latest event'), unit: 'ms', target: atMost(DEADLINE_MS + 1_000) }, [
        Math.max(...came.map(({ latencyMs }) => latencyMs)),
      ]),
      alone({ bench, metric: metric('lost'), unit: 'events', target: atMost(0) }, [count - came.length]),
    );
  }
  await stage.mode('well');
  await stage.end();
  return figures;
}

async function budget(desk: Workbench): Promise<Figure[]> {
  const count = 600;
  const stage = await setModelStage(desk, { delayMs: 50, env: { MODEL_TOKENS_PER_DAY: String(DAY_TOKENS) } });
  const came = await desk.progress.step(`a budget of ${DAY_TOKENS.toLocaleString('en')} tokens`, ({ note }) =>
    stage.play({ count, perSecond: 100, note }),
  );
  const { tokens } = await stage.mode('well');
  await stage.end();
  return [
    alone({ bench, metric: 'tokens billed within the budget', unit: 'tokens', target: atMost(DAY_TOKENS) }, [
      tokens,
    ]),
    alone(
      { bench, metric: 'enriched by the model before it was spent', unit: 'events', target: atLeast(1) },
      [came.filter(isOf('model')).length],
    ),
    alone({ bench, metric: 'enriched locally after it was spent', unit: 'events', target: atLeast(1) }, [
      came.filter(isOf('fallback')).length,
    ]),
  ];
}
