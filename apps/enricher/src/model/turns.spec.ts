import { Turns } from './turns.ts';

const never = new AbortController().signal;

test('so many at a time; the others have their turn in line, each when one is given back', async () => {
  const turns = new Turns(2, 9);
  const order: string[] = [];
  const take = (name: string) => turns.take(never).then((mine) => order.push(`${name} ${mine}`));
  await Promise.all([take('a'), take('b')]);
  const waiting = [take('c'), take('d')];
  turns.give();
  await waiting[0];
  expect(order).toEqual(['a true', 'b true', 'c true']);
  turns.give();
  await waiting[1];
  expect(order.at(-1)).toBe('d true');
});

test('who has no more time leaves the line, and takes no turn along', async () => {
  const turns = new Turns(1, 9);
  expect(await turns.take(never)).toBe(true);
  const impatient = new AbortController();
  const left = turns.take(impatient.signal);
  const next = turns.take(never);
  impatient.abort();
  expect(await left).toBe(false);
  turns.give();
  expect(await next).toBe(true);
  turns.give();
  expect(await turns.take(never)).toBe(true);
});

test('without time there is no turn', async () => {
  const over = AbortSignal.abort();
  expect(await new Turns(1, 9).take(over)).toBe(false);
});

test('the line has an end', async () => {
  const turns = new Turns(1, 1);
  await turns.take(never);
  const next = turns.take(never);
  expect(await turns.take(never)).toBe(false);
  turns.give();
  expect(await next).toBe(true);
});
