import { goalsOf } from './goals.ts';

test.each([
  ['We need to move our data before Friday. Can you help?', ['move our data before Friday']],
  ["I'd like to cancel my plan, but I can't find the button", ['cancel my plan']],
  [
    'we are trying to connect two shops and my boss wants to see reports',
    ['connect two shops and my boss wants to see reports'],
  ],
  ['I want to upgrade. I also want to invite my team!', ['upgrade', 'invite my team']],
  ['I really want to get a refund so please hurry', ['get a refund']],
  ['Hoping to visit you on Monday', ['visit you on Monday']],
  ['I do not want to pay twice', []],
  ['You need to fix this', []],
  ['I want to know where my order is', []],
  ['it takes me to the login page', []],
  ['I want to', []],
  ['', []],
])('%s', (text, goals) => {
  expect(goalsOf(text)).toEqual(goals);
});

test('there are at most five goals, each once and cut', () => {
  const text = Array.from({ length: 20 }, (_, n) => `I want to ${'reach '.repeat(60)}goal ${n % 10}.`).join(
    ' ',
  );
  const goals = goalsOf(`I want to leave. I want to leave. ${text}`);
  expect(goals.slice(0, 2)).toEqual(['leave', expect.stringMatching(/^reach/)]);
  expect(goals.every((goal) => goal.length <= 200)).toBe(true);
  expect(goals.length).toBeLessThanOrEqual(5);
});
