import { topics } from '@switchboard/contracts';
import fc from 'fast-check';
import type { InRecord } from '../records.ts';
import { KeyedQueue } from './keyed-queue.ts';

function record(key: number | null, offset: number): InRecord {
  return {
    topic: topics.events,
    partition: 0,
    offset,
    key: key === null ? null : Buffer.from([key, 0xff]),
    value: null,
    headers: {},
    timestamp: 0,
  };
}

const keys = fc.array(fc.option(fc.nat({ max: 4 })), { maxLength: 60 });
const moves = fc.array(fc.nat(), { maxLength: 200 });

test('one record of a key at a time, in order, each record once, whichever finishes first', () => {
  fc.assert(
    fc.property(keys, moves, (wanted, picks) => {
      const source = wanted.map(record);
      const queue = new KeyedQueue(() => source.shift());
      const running: InRecord[] = [];
      const started: InRecord[] = [];
      const start = (): void => {
        const taken = queue.take();
        if (taken === undefined) return;
        if (taken.key !== null)
          expect(running.some(({ key }) => key?.equals(taken.key ?? Buffer.alloc(0)))).toBe(false);
        running.push(taken);
        started.push(taken);
      };
      const finish = (pick: number): void => {
        const [done] = running.splice(pick % Math.max(1, running.length), 1);
        if (done) queue.release(done);
      };
      for (const pick of picks) {
        if (pick % 2 === 0) start();
        else finish(pick);
      }
      for (let before = -1; before !== started.length + running.length; ) {
        before = started.length + running.length;
        start();
        if (running.length > 0) finish(0);
      }
      expect(started.map(({ offset }) => offset).sort((a, b) => a - b)).toEqual(wanted.map((_, i) => i));
      for (const key of [0, 1, 2, 3, 4]) {
        const offsets = started.filter((one) => one.key?.[0] === key).map(({ offset }) => offset);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      }
    }),
  );
});
