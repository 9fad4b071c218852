// `edit`, `replay` with its dry run, and `discard`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { topics } from '@switchboard/contracts';
import { readAll } from '@switchboard/kafka';
import { body, useSystem } from './test-command.ts';

const system = useSystem();
const { run, addDeadDelivery, addDeadRecord, states } = system;

test('edit checks the new body, and replay sends it', async () => {
  await addDeadRecord('e2');
  writeFileSync(join(system.folder, 'wrong.json'), '{"event":"x","data":{}}');
  writeFileSync(join(system.folder, 'right.json'), body('other'));
  expect(await run('edit k-2-0 --file wrong.json')).toMatchObject({
    code: 1,
    err: expect.stringContaining('event: must be'),
  });
  expect((await run('edit k-2-0 --file wrong.json --force')).code).toBe(0);
  expect((await run('edit k-2-0 --original')).code).toBe(0);
  expect((await run('edit k-2-0 --file right.json --by bob')).code).toBe(0);
  expect((await run('edit k-2-0 --file -', { input: async () => Buffer.from(body('typed')) })).code).toBe(0);
  expect((await run('show k-2-0')).out).toContain('edited');
  expect(await run('replay k-2-0')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Replayed 1 record'),
  });
  const [sent] = await readAll(system.kafka, topics.events);
  expect(sent?.value?.toString()).toBe(body('typed'));
  const actors = await system.db.query('select actor, verb, forced from dead_letter_action order by id');
  expect(actors).toEqual([
    { actor: 'ann', verb: 'edit', forced: true },
    { actor: 'ann', verb: 'edit', forced: false },
    { actor: 'bob', verb: 'edit', forced: false },
    { actor: 'ann', verb: 'edit', forced: false },
    { actor: 'ann', verb: 'replay', forced: false },
  ]);
});

test('more than one is replayed or discarded only after a yes', async () => {
  for (const event of ['e1', 'e2', 'e3']) await addDeadDelivery(event, 'no such room');
  expect(await run('replay --all')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Replay 3 deliveries?'),
  });
  const asked: string[] = [];
  const ask = (answer: boolean) => async (question: string) => {
    asked.push(question);
    return answer;
  };
  expect((await run('replay --reason room', { ask: ask(false) })).code).toBe(1);
  expect(await states()).toEqual(['e1 dead', 'e2 dead', 'e3 dead']);
  expect(await run('replay d-1 d-2 d-99', { ask: ask(true) })).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^Replayed 2 deliveries .*\nNot replayed: 1, no longer dead letters, or unknown ids\.$/,
    ),
  });
  expect(asked).toEqual(['Replay 3 deliveries?', 'Replay 2 deliveries?']);
  expect(await states()).toEqual(['e1 waiting', 'e2 waiting', 'e3 dead']);
  expect(await run('discard --all')).toMatchObject({ code: 2, err: expect.stringContaining('--why') });
  expect(await run('discard --all --why closed')).toMatchObject({ code: 0 });
  expect(await states()).toEqual(['e1 waiting', 'e2 waiting', 'e3 skipped']);
  expect((await run('discard --all --why closed --yes')).code).toBe(1);
  expect((await run('show d-3')).out).toMatch(/discarded .*by ann because: closed/);
});

test('a dry run changes nothing, and says if no process of the sink runs', async () => {
  await addDeadDelivery('e1', 'no such room');
  await addDeadRecord('e2');
  const { code, out } = await run('replay --all --dry-run');
  expect(code).toBe(1);
  expect(out).toContain('d-1  no process of sink-probe is running');
  expect(out).toContain(`k-2-0  to ${system.kafka.topicPrefix}${topics.events.name}, partition 2`);
  expect(out).toContain('Would replay 1 delivery and 1 record.');
  expect(await states()).toEqual(['e1 dead']);
  expect(await readAll(system.kafka, topics.events)).toEqual([]);
});

test('without brokers deliveries are replayed and records are refused', async () => {
  await addDeadDelivery('e1', 'no such room');
  await addDeadRecord('e2');
  const nowhere = { out: undefined };
  expect(await run('replay --all --yes', nowhere)).toMatchObject({
    code: 2,
    err: expect.stringContaining('KAFKA_BROKERS'),
  });
  expect(await states()).toEqual(['e1 dead']);
  expect((await run('replay --kind delivery', nowhere)).code).toBe(0);
  expect(await states()).toEqual(['e1 waiting']);
});

test.each(['replay', 'discard --why closed'])(
  '%s says so if nothing is selected, in text and JSON',
  async (verb) => {
    for (const selection of ['--all', 'd-7', '--tenant acme --yes --by bob']) {
      expect(await run(`${verb} ${selection}`)).toEqual({ code: 1, out: 'No such dead letters.', err: '' });
      const { code, out } = await run(`${verb} ${selection} --json`);
      expect([code, JSON.parse(out)]).toEqual([1, { deliveries: 0, records: 0, failed: 0 }]);
    }
  },
);

test('ids that are no longer dead letters are named', async () => {
  await addDeadDelivery('e1', 'no such room');
  await addDeadRecord('e2');
  expect((await run('replay d-1')).code).toBe(0);
  expect((await run('discard k-2-0 --why closed')).code).toBe(0);
  const says = ['d-1', 'k-2-0']
    .map((id) => `${id} is no longer a dead letter; show ${id} shows what happened to it.`)
    .join('\n');
  for (const verb of ['replay', 'replay --dry-run', 'discard --why closed']) {
    expect(await run(`${verb} d-1 k-2-0 d-7`)).toEqual({ code: 1, out: says, err: '' });
  }
  const { out } = await run('replay d-1 --json');
  expect(JSON.parse(out)).toEqual({ deliveries: 0, records: 0, failed: 1 });
});
