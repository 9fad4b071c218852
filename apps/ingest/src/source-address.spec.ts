import { readTrustProxy, sourceOf, trustProxy } from './source-address.ts';

test('networks and addresses are trusted at every hop, others are not', () => {
  const trusted = readTrustProxy('10.0.0.0/8, 192.0.2.7, 2001:db8::/32');
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:1::5'])
    expect([address, trusted(address, 0), trusted(address, 3)]).toEqual([address, true, true]);
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1', 'unknown', ''])
    expect([address, trusted(address, 0)]).toEqual([address, false]);
});

test('a number of hops is trusted, whatever the addresses', () => {
  const trusted = readTrustProxy('2');
  expect([0, 1, 2].map((hop) => trusted('203.0.113.1', hop))).toEqual([true, true, false]);
});

test.each([
  '0',
  '11',
  'true',
  'loopback',
  '10.0.0.0/33',
  '10.0.0.0/0',
  '::/0',
  '10.0.0.0/8/8',
  '10.0.0/8',
  '1.2.3.4,',
  '*',
])('%s is refused, and the message says what is wanted', (text) => {
  expect(() => readTrustProxy(text)).toThrow(RangeError);
  expect(trustProxy.safeParse(text).error?.issues[0]?.message).toMatch(/hops/);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:4711', '203.0.113.9'],
  ['2001:db8:0:1:aaaa::1', '2001:db8:0:1::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['[2001:db8::1]:443', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['x'.repeat(1_000), '198.51.100.1'],
  ['', '198.51.100.1'],
])('%s counts as %s', (named, source) => {
  expect(sourceOf(named, '198.51.100.1')).toBe(source);
});

test('without any address the name is "unknown"', () => {
  expect(sourceOf('_hidden', '')).toBe('unknown');
});
