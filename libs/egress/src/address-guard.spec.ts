import { parseAllowList } from './allow-list.ts';
import type { Guard } from './address-guard.ts';
import { guardDecision } from './spec-kit.ts';

/** A guard whose resolver knows these hosts and their addresses. */
function guardOf(allow = '', hosts: Record<string, string[]> = {}, more: Partial<Guard> = {}): Guard {
  return {
    allow: parseAllowList(allow),
    async resolve(hostname) {
      const addresses = hosts[hostname];
      if (addresses === undefined)
        throw Object.assign(new Error(), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    ...more,
  };
}

const OPEN = { ok: true };
const refused = (reason: string) => ({ ok: false, code: 'REFUSED_ADDRESS', reason });
const NOT_PUBLIC = refused('the address is not public');
const NOT_HTTPS = refused('the URL must begin with https:');
const INVALID = { ok: false, code: 'CONNECTION', reason: 'the URL is invalid' };
const NO_USER = refused('the URL contains a user or a password');

const hosts = {
  'good.example': ['93.184.216.34', '2606:4700::1111'],
  'bad.example': ['10.0.0.1'],
  'mixed.example': ['93.184.216.34', '127.0.0.1'],
  'mixed6.example': ['93.184.216.34', '::1'],
  'odd.example': ['93.184.216.34', 'fe80::1%eth0'],
  'junk.example': ['not an address'],
  localhost: ['127.0.0.1', '::1'],
};

test.each([
  ['https://good.example/hook?a=b', OPEN],
  ['https://good.example:8443/', OPEN],
  ['https://good.example:443/', OPEN],
  ['https://93.184.216.34/', OPEN],
  ['https://[2606:4700::1111]/', OPEN],
  ['http://good.example/', NOT_HTTPS],
  ['http://93.184.216.34/', NOT_HTTPS],
  ['ftp://good.example/', NOT_HTTPS],
  ['file:///etc/passwd', NOT_HTTPS],
  ['data:text/plain,a', NOT_HTTPS],
  ['https://good.example:22/', refused('the port must be one of 443, 8443')],
  ['https://good.example:0/', refused('the port must be one of 443, 8443')],
  ['https://93.184.216.34:6379/', refused('the port must be one of 443, 8443')],
  ['https://user@good.example/', NO_USER],
  ['https://:password@good.example/', NO_USER],
  ['https://good.example@127.0.0.1/', NO_USER],
  ['https://', INVALID],
  ['good.example', INVALID],
  ['https://[fe80::1%25eth0]/', INVALID],
  ['https://256.1.1.1/', INVALID],
  ['https://bad.example/', NOT_PUBLIC],
  ['https://mixed.example/', NOT_PUBLIC],
  ['https://mixed6.example/', NOT_PUBLIC],
  ['https://odd.example/', NOT_PUBLIC],
  ['https://junk.example/', NOT_PUBLIC],
  ['https://localhost/', NOT_PUBLIC],
  [
    'https://unknown.example/',
    { ok: false, code: 'DNS', reason: 'the name could not be resolved (ENOTFOUND)' },
  ],
])('%s without an allow list', async (url, decision) => {
  expect(await guardDecision(url, guardOf('', hosts))).toEqual(decision);
});

test.each([
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '0',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7F.1',
  '017700000001',
  '0177.0.0.1',
  '0177.0.0.01',
  '127.0.0.1.',
  '%31%32%37.0.0.1',
  '１２７.0.0.1',
  '127。0。0。1',
  '①②⑦.0.0.1',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '192.168.1',
  '10.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::FFFF:169.254.169.254]',
  '[0:0:0:0:0:ffff:7f00:0001]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:7f00:1::]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
])('https://%s/ is refused, however the address is written, without a DNS lookup', async (host) => {
  const resolve = () => Promise.reject(new RangeError('asked'));
  expect(await guardDecision(`https://${host}/`, guardOf('', {}, { resolve }))).toEqual(NOT_PUBLIC);
});

test.each([
  ['127.0.0.0/8', 'http://127.1:3000/', OPEN],
  ['127.0.0.0/8', 'https://127.0.0.1:22/', OPEN],
  ['127.0.0.0/8', 'http://user@127.0.0.1/', NO_USER],
  ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]/', NOT_HTTPS],
  ['127.0.0.0/8', 'http://localhost/', NOT_HTTPS],
  ['127.0.0.0/8,::1', 'http://localhost/', OPEN],
  ['127.0.0.1', 'https://mixed.example/', OPEN],
  ['127.0.0.1', 'http://mixed.example/', NOT_HTTPS],
  ['127.0.0.1', 'https://mixed.example:22/', refused('the port must be one of 443, 8443')],
  ['127.0.0.1:3000', 'http://127.0.0.1:3000/', OPEN],
  ['127.0.0.1:3000', 'http://127.0.0.1:3001/', NOT_HTTPS],
  ['127.0.0.1:3000', 'https://127.0.0.1/', NOT_PUBLIC],
  ['127.0.0.1:80', 'http://127.0.0.1/', OPEN],
  ['localhost', 'http://localhost:9/', OPEN],
  ['localhost', 'http://LOCALHOST/', OPEN],
  ['localhost', 'http://127.0.0.1/', NOT_HTTPS],
  ['bad.example', 'https://bad.example/', OPEN],
  ['bad.example', 'https://localhost/', NOT_PUBLIC],
  ['localhost', 'http://good.example/', NOT_HTTPS],
])('an allow list of %s: %s', async (allow, url, decision) => {
  expect(await guardDecision(url, guardOf(allow, hosts))).toEqual(decision);
});

test('the ports can be changed', async () => {
  const guard = guardOf('', hosts, { ports: [9443] });
  expect(await guardDecision('https://good.example:9443/', guard)).toEqual(OPEN);
  expect(await guardDecision('https://good.example/', guard)).toEqual(
    refused('the port must be one of 9443'),
  );
});
