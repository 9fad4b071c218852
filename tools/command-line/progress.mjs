// Shows progress in a terminal: one line per finished step, and one live line for the current one.
/** @typedef {{ note: (text: string) => void }} Step */

const TICK_MS = 250;
const HEARTBEAT_MS = 15_000;

/**
 * Steps may run side by side. On a terminal the running ones share a line that is drawn again and again; elsewhere (CI,
 * a file) a long step says now and then that it is still going.
 * @param {{ stream?: NodeJS.WritableStream & { isTTY?: boolean, columns?: number } }} [options]
 */
export function createProgress({ stream = process.stdout } = {}) {
  const live = stream.isTTY === true;
  /** @type {Set<{ title: string, begun: number, note: string, told: number }>} */
  const running = new Set();
  let drawn = false;
  // The steps beside the one that failed are given up on: their ends say nothing.
  let failed = false;

  const clear = () => {
    if (drawn) stream.write('\r\x1b[K');
    drawn = false;
  };
  /** @param {string} line */
  const say = (line) => {
    clear();
    stream.write(`${line}\n`);
  };
  const draw = () => {
    const now = Date.now();
    if (live && running.size) {
      const text = [...running]
        .map(({ title, begun, note }) => `${title} ${note} ${seconds(now - begun)}`)
        .join('  ·  ');
      stream.write(`\r\x1b[K  … ${text}`.slice(0, (stream.columns ?? 100) + 3));
      drawn = true;
    }
    for (const step of live ? [] : running) {
      if (now - step.told < HEARTBEAT_MS) continue;
      step.told = now;
      say(`  … ${step.title}: ${step.note || 'still going'} (${seconds(now - step.begun)})`);
    }
  };
  const timer = setInterval(draw, TICK_MS);
  timer.unref();

  return {
    say,
    /**
     * @template T
     * @param {string} title
     * @param {(step: Step) => Promise<T> | T} work
     * @param {(result: T) => string} [outcome] a few words about the result
     * @returns {Promise<T>}
     */
    async step(title, work, outcome = () => '') {
      const step = { title, begun: Date.now(), note: '', told: Date.now() };
      running.add(step);
      try {
        const result = await work({ note: (text) => (step.note = text) });
        running.delete(step);
        const words = outcome(result);
        say(`  ✓ ${title}${words && `: ${words}`} (${seconds(Date.now() - step.begun)})`);
        return result;
      } catch (error) {
        running.delete(step);
        if (!failed) say(`  ✗ ${title} (${seconds(Date.now() - step.begun)})`);
        failed = true;
        throw error;
      }
    },
    close() {
      clearInterval(timer);
      clear();
    },
  };
}

/** @typedef {ReturnType<typeof createProgress>} Progress */

/** "0.4 s", "12 s", "2 min 5 s". @param {number} ms */
export function seconds(ms) {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
