import { MAX_CHARACTERS, messagesOf } from './messages.ts';

const customer = (text: string) => ({ text, customer: true });
const other = (text: string) => ({ text, customer: false });

test.each([
  [{ initial_message: 'a' }, [customer('a')]],
  [{ customer_message: 'a', ai_attempted_response: 'b' }, [customer('a'), other('b')]],
  [{ content: 'a', sender: 'customer' }, [customer('a')]],
  [{ content: 'a', sender: 'AI' }, [other('a')]],
  [{ content: 'a' }, [customer('a')]],
  [{ comment: 'a', satisfaction_score: 1 }, [customer('a')]],
  [{ feedback: 'a' }, [customer('a')]],
  [{ summary: 'a', topics: ['b'] }, [customer('a')]],
  [
    { messages: [{ role: 'assistant', content: 'a' }, { sender: 'visitor', text: 'b' }, 'c', 7, null] },
    [other('a'), customer('b'), customer('c')],
  ],
  [{ transcript: 'a' }, [customer('a')]],
  [{ messages: [], transcript: 'a' }, [customer('a')]],
  [{ messages: [], transcript: [{ role: 'ai', text: 'a' }] }, [other('a')]],
  [{ error_message: 'a', title: 'b', site_url: 'c' }, []],
  [{ content: 7, comment: ['a'], summary: '  ', messages: {} }, []],
])('%j', (data, expected) => {
  expect(messagesOf(data)).toEqual(expected);
});

test('of a long conversation the newest messages are used, on each side', () => {
  const messages = Array.from({ length: 100 }, (_, n) => ({
    content: `${n} `.padEnd(100, 'x'),
    sender: n % 2 ? 'ai' : 'customer',
  }));
  const kept = messagesOf({ messages });
  expect(kept).toHaveLength((2 * MAX_CHARACTERS) / 100);
  expect(kept.at(-1)?.text).toMatch(/^99 /);
  expect(kept[0]?.text).toMatch(/^20 /);
  expect(messagesOf({ content: 'y'.repeat(10_000) })[0]?.text).toHaveLength(MAX_CHARACTERS);
});

test('of a long transcript the end is used', () => {
  const words = Array.from({ length: 2_000 }, (_, n) => `word${n}x `).join('');
  const [kept, ...more] = messagesOf({ transcript: `${words}the end` });
  expect(more).toEqual([]);
  expect(kept?.text.endsWith('the end')).toBe(true);
  expect(kept?.text.length).toBeLessThanOrEqual(MAX_CHARACTERS);
  const longer = messagesOf({ transcript: `${'so '.repeat(5_000)}the end` });
  expect(longer[0]?.text.length).toBeGreaterThan(MAX_CHARACTERS - 10);
});

test('messages before a cut one are left out, also when the cut leaves room for them', () => {
  const messages = ['older', `${'so '.repeat(1_330)}${'long'.repeat(10)} end`];
  const kept = messagesOf({ messages });
  expect(kept).toHaveLength(1);
  expect(kept[0]?.text.length).toBeLessThan(MAX_CHARACTERS - 5);
});
