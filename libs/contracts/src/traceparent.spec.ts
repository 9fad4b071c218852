import { readTraceparent, traceparentFrom } from './index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const good = `00-${TRACE}-${PARENT}-01`;

test.each([
  [good, good],
  [`00-${TRACE}-${PARENT}-00`, `00-${TRACE}-${PARENT}-00`],
  // A version after 00 may have further fields.
  [`01-${TRACE}-${PARENT}-01-what-else`, good],
  [`cc-${TRACE}-${PARENT}-01`, good],
])('%s is passed on', (text, passed) => {
  expect(readTraceparent(text)).toBe(passed);
});

test.each([
  '',
  'no trace',
  `${good}-more`,
  `${good} `,
  `${good}, ${good}`,
  `ff-${TRACE}-${PARENT}-01`,
  `01-${TRACE}-${PARENT}-01.what`,
  `00-${'0'.repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  `00-${TRACE.slice(1)}-${PARENT}-01`,
])('%j is not a trace', (text) => {
  expect(readTraceparent(text)).toBeUndefined();
});

test('traceparentFrom replaces the caller and keeps the trace', () => {
  expect(traceparentFrom(good, 'b7ad6b7169203331')).toBe(`00-${TRACE}-b7ad6b7169203331-01`);
});
