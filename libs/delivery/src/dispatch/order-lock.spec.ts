import { OrderLock } from './order-lock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function step(log: string[], name: string) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async () => {
    log.push(`+${name}`);
    await ended;
    log.push(`-${name}`);
  };
  return { run, end: () => end() };
}

type Step = ReturnType<typeof step>;
const steps = (log: string[], ...names: string[]) => names.map((name) => step(log, name)) as Step[];

test('changes run one at a time in the order they came, and no intake waits for a change', async () => {
  const orderLock = new OrderLock();
  const log: string[] = [];
  const [a, b, c] = steps(log, 'a', 'b', 'c') as [Step, Step, Step];
  const all = [orderLock.change(a.run), orderLock.change(b.run)];
  await turn();
  all.push(orderLock.intake(c.run));
  expect(log).toEqual(['+a', '+c']);
  a.end();
  await turn();
  expect(log.slice(2)).toEqual(['-a', '+b']);
  b.end();
  c.end();
  await Promise.all(all);
});

test('a change after intakes waits for those that began before it, and for no other', async () => {
  const orderLock = new OrderLock();
  const log: string[] = [];
  const [before, change, after, next] = steps(log, 'before', 'change', 'after', 'next') as [
    Step,
    Step,
    Step,
    Step,
  ];
  const all = [orderLock.intake(before.run), orderLock.changeAfterIntakes(change.run)];
  await turn();
  all.push(orderLock.intake(after.run), orderLock.change(next.run));
  await turn();
  expect(log).toEqual(['+before', '+after']);
  before.end();
  await turn();
  expect(log.slice(2)).toEqual(['-before', '+change']);
  change.end();
  await turn();
  expect(log.slice(4)).toEqual(['-change', '+next']);
  next.end();
  after.end();
  await Promise.all(all);
});

test('a failure reaches only its caller', async () => {
  const orderLock = new OrderLock();
  await expect(orderLock.changeAfterIntakes(() => Promise.reject(new Error('one')))).rejects.toThrow('one');
  await expect(orderLock.intake(() => Promise.reject(new Error('two')))).rejects.toThrow('two');
  await expect(orderLock.changeAfterIntakes(async () => 'fine')).resolves.toBe('fine');
});
