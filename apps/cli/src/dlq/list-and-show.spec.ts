// Finding dead letters and reading one, as the person on call does.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { conversationEscalated } from '@switchboard/contracts';
import { body, freshSystem, MAIL } from './test-desk.ts';

const system = freshSystem();
const { run, die, bury } = system;

test('list shows both kinds in one list, finds, pages, and says when there is nothing', async () => {
  expect(await run('list')).toMatchObject({ code: 1, out: 'No dead letters.' });
  expect((await run('list --type lead.qualified')).out).toBe('No dead letters.');
  // A sink may have been told of these, and not have taken it.
  expect((await run('list --type delivery.dead')).out).toBe('No dead letters.');
  expect((await run('list --type lead.qualifed')).out).toContain(
    'No event of ours has the type lead.qualifed',
  );
  await die('e1', 'no such \u001b[31mroom');
  await bury('e2');
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

test('show tells no personal data unless asked, and saves the body for edit', async () => {
  await die('e1', 'no such room');
  await bury('e2');
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
