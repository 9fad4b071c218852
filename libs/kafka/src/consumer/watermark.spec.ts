import fc from 'fast-check';
import { Watermark } from './watermark.ts';

/** Gaps between offsets, and for each step either "take the next" or "finish the n-th of the unfinished". */
const runs = fc.record({
  start: fc.nat({ max: 1_000_000 }),
  steps: fc.array(fc.record({ take: fc.boolean(), gap: fc.nat({ max: 3 }), pick: fc.nat() }), {
    maxLength: 400,
  }),
  tail: fc.nat({ max: 5 }),
});

test('the committable offset never passes the lowest unfinished record, never falls, and reaches the end', () => {
  fc.assert(
    fc.property(runs, ({ start, steps, tail }) => {
      const watermark = new Watermark(start);
      const unfinished: number[] = [];
      let next = start;
      let before = start;
      const check = (): void => {
        expect(watermark.committable).toBe(Math.min(...unfinished, next));
        expect(watermark.committable).toBeGreaterThanOrEqual(before);
        expect(watermark.unfinished).toBe(unfinished.length);
        before = watermark.committable;
      };
      for (const { take, gap, pick } of steps) {
        if (take) {
          watermark.take(next + gap);
          unfinished.push(next + gap);
          next += gap + 1;
        } else if (unfinished.length > 0) {
          const [offset = -1] = unfinished.splice(pick % unfinished.length, 1);
          watermark.finish(offset);
        }
        check();
      }
      watermark.passTo(next + tail);
      next += tail;
      check();
      for (const offset of unfinished.splice(0).reverse()) watermark.finish(offset);
      check();
      expect(watermark.committable).toBe(next);
    }),
    { numRuns: 200 },
  );
});

test('thousands of records do not pile up behind the watermark', () => {
  const watermark = new Watermark(0);
  for (let offset = 0; offset < 10_000; offset++) {
    watermark.take(offset);
    if (offset % 2 === 1) {
      watermark.finish(offset);
      watermark.finish(offset - 1);
    }
    if (offset % 2 === 1) expect(watermark.committable).toBe(offset + 1);
  }
  expect(watermark.unfinished).toBe(0);
});

test('an offset that was accepted before is refused', () => {
  const watermark = new Watermark(5);
  watermark.take(7);
  expect(() => watermark.take(7)).toThrow('accepting offset 7: it is below 8');
});
