import { isPublic, readAddress } from './public-address.ts';

const publicOf = (text: string): boolean | undefined => {
  const address = readAddress(text);
  return address && isPublic(address);
};

test.each([
  ['this network', ['0.0.0.0', '0.1.2.3', '::']],
  ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
  ['private', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.1']],
  ['unique local', ['fc00::1', 'fd00:ec2::254', 'fd20:ce::254', 'fdff:ffff::1']],
  ['carrier-grade NAT', ['100.64.0.1', '100.100.100.200', '100.127.255.254']],
  ['link-local', ['169.254.0.1', '169.254.169.254', '169.254.170.2', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
  ['site-local', ['fec0::1', 'feff::1']],
  ['a cloud that answers on a public number', ['168.63.129.16']],
  ['IETF protocols, Oracle metadata', ['192.0.0.1', '192.0.0.192', '2001:1::1']],
  ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
  ['benchmarking', ['198.18.0.1', '198.19.255.255', '2001:2::1']],
  ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1']],
  ['reserved and broadcast', ['240.0.0.1', '255.255.255.255', '4000::1', '::2', '1::1']],
  [
    '6to4 relays, AS112, AMT',
    ['192.88.99.1', '192.175.48.1', '192.31.196.1', '192.52.193.1', '2620:4f:8000::1'],
  ],
  ['IPv4-compatible', ['::127.0.0.1', '::7f00:1', '::8.8.8.8']],
  ['IPv4-mapped', ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1']],
  ['IPv4-translated', ['::ffff:0:127.0.0.1']],
  ['NAT64', ['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::a00:1']],
  ['6to4 and Teredo', ['2002:7f00:1::', '2002:808:808::1', '2001::1', '2001:0:4136:e378::']],
  ['discard, ORCHID, segment routing', ['100::1', '2001:10::1', '2001:20::1', '2001:30::1', '5f00::1']],
])('not public: %s', (_range, addresses) => {
  expect(addresses.filter((address) => publicOf(address) !== false)).toEqual([]);
});

test('addresses next to those ranges are public', () => {
  const addresses = [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '126.0.0.1',
  ];
  addresses.push(
    '128.0.0.1',
    '169.253.0.1',
    '169.255.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.0.1',
    '192.169.0.1',
  );
  addresses.push('168.63.129.17', '223.255.255.1', '2000::1', '2606:4700::1111', '2a00:1450:4001::1');
  expect(addresses.filter((address) => publicOf(address) !== true)).toEqual([]);
});

test.each([
  '',
  '127.1',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '2130706433',
  '1.2.3.4.',
  'localhost',
  '[::1]',
  '1.2.3.4/8',
])('%j is no address', (text) => {
  expect(readAddress(text)).toBeUndefined();
});
