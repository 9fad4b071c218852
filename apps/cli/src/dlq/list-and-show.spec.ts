// `list` and `show`, as the person on call uses them.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { conversationEscalated } from '@switchboard/contracts';
import { body, useSystem, MAIL } from './test-command.ts';

const system = useSystem();
const { run, addDeadDelivery, addDeadRecord } = system;

test('list shows both kinds of dead letters, filters them, has pages, and says if there are none', async () => {
  expect(await run('list')).toMatchObject({ code: 1, out: 'No dead letters.' });
  expect((await run('list --type lead.qualified')).out).toBe('No dead letters.');
  // Operational events can become dead letters too, so their types are known.
  expect((await run('list --type delivery.dead')).out).toBe('No dead letters.');
  expect((await run('list --type lead.qualifed')).out).toContain('lead.qualifed is not a known event type');
  await addDeadDelivery('e1', 'no such \u001b[31mroom');
  await addDeadRecord('e2');
  const { code, out } = await run('list');
  expect(code).toBe(0);
  expect(out).toMatch(/k-2-0 .*acme .*enricher .*HANDLER_FAILED\nd-1 .*acme .*one .*no such \uFFFD\[31mroom/);
  expect(out).toContain('2 of 2');
  const first = JSON.parse((await run('list --limit 1 --json')).out);
  expect(first).toMatchObject({ total: 2, letters: [{ id: 'k-2-0', attempts: 3 }] });
  const second = JSON.parse((await run(`list --limit 1 --json --after ${first.next}`)).out);
  expect(second).toMatchObject({ next: null, letters: [{ id: 'd-1' }] });
  expect((await run('list --reason ROOM --since 1h --tenant acme --integration one')).out).toContain(
    '1 of 1',
  );
  expect((await run('list --until 1h')).code).toBe(1);
});

test('show prints no personal data without --body, and saves the body for edit', async () => {
  await addDeadDelivery('e1', 'no such room');
  await addDeadRecord('e2');
  for (const id of ['d-1', 'k-2-0']) {
    for (const form of ['', '--json']) {
      const { code, out } = await run(`show ${id} ${form} --save ${id}${form}.json`);
      expect(code).toBe(0);
      expect(out).toContain(conversationEscalated.type);
      expect(out).not.toContain(MAIL);
      expect((await run(`show ${id} --body ${form}`)).out.split(MAIL).length).toBeGreaterThanOrEqual(3);
    }
  }
  expect((await run('show d-1')).out).toMatch(
    /1 .*12 ms .*rejected .*404 .*POST api.example.com\/rooms .*no such room/,
  );
  const saved = join(system.folder, 'd-1.json');
  expect(readFileSync(saved, 'utf8')).toBe(body('e1'));
  expect(statSync(saved).mode & 0o077).toBe(0);
  expect(await run('show d-1 --save d-1.json')).toMatchObject({
    code: 2,
    err: expect.stringContaining('EEXIST'),
  });
  expect(await run('show d-7')).toMatchObject({ code: 1 });
});
