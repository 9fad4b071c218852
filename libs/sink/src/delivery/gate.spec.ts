import { Gate } from './gate.ts';

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

test('passages go together, alone goes alone, first come first served', async () => {
  const gate = new Gate();
  const log: string[] = [];
  const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => step(log, name)) as [
    ReturnType<typeof step>,
    ReturnType<typeof step>,
    ReturnType<typeof step>,
    ReturnType<typeof step>,
    ReturnType<typeof step>,
  ];
  const all = [
    gate.together(a.run),
    gate.together(b.run),
    gate.alone(c.run),
    gate.together(d.run),
    gate.alone(e.run),
  ];
  await turn();
  expect(log).toEqual(['+a', '+b']);
  b.end();
  await turn();
  expect(log).toEqual(['+a', '+b', '-b']);
  a.end();
  await turn();
  expect(log.slice(3)).toEqual(['-a', '+c']);
  c.end();
  await turn();
  expect(log.slice(5)).toEqual(['-c', '+d']);
  d.end();
  e.end();
  await Promise.all(all);
  expect(log.slice(7)).toEqual(['-d', '+e', '-e']);
});

test('a failure is the caller’s alone', async () => {
  const gate = new Gate();
  await expect(gate.alone(() => Promise.reject(new Error('one')))).rejects.toThrow('one');
  await expect(gate.together(() => Promise.reject(new Error('two')))).rejects.toThrow('two');
  await expect(gate.alone(async () => 'fine')).resolves.toBe('fine');
});
