import { parseAllowList } from './allow-list.ts';
import { readAddress } from './public-address.ts';

/** Whether a list contains a host; an address is looked up as an address. */
function has(list: string, host: string, port = 443): boolean {
  const allow = parseAllowList(list);
  const address = readAddress(host);
  return address === undefined ? allow.hasName(host, port) : allow.hasAddress(address, port);
}

test.each([
  ['127.0.0.0/8', '127.1.2.3', '128.0.0.1'],
  ['10.1.2.3', '10.1.2.3', '10.1.2.4'],
  ['::1', '::1', '::2'],
  ['fd00::/8', 'fd12::1', 'fc00::1'],
  ['[fd00::/8]', 'fd12::1', 'fc00::1'],
  ['0.0.0.0/0', '10.0.0.1', '::ffff:10.0.0.1'],
  ['localhost', 'localhost', 'a.localhost'],
  ['CRM.internal', 'crm.internal', 'internal'],
  ['crm.internal', 'crm.internal.', 'xcrm.internal'],
  ['my_service-1', 'my_service-1', 'my_service-2'],
  ['10.0.0.1', '10.0.0.1', 'localhost'],
])('%s has %s and not %s', (list, inside, outside) => {
  expect(has(list, inside, 1)).toBe(true);
  expect(has(list, inside, 65_535)).toBe(true);
  expect(has(list, outside)).toBe(false);
});

test.each([
  ['localhost:8080', 'localhost'],
  ['127.0.0.0/8:8080', '127.0.0.1'],
  ['10.0.0.1:8080', '10.0.0.1'],
  ['[::1]:8080', '::1'],
  ['[fd00::/8]:8080', 'fd00::1'],
])('%s is for that port alone', (list, host) => {
  expect(has(list, host, 8080)).toBe(true);
  expect(has(list, host, 8081)).toBe(false);
});

test('entries are separated by commas or white space; a list can be empty', () => {
  const list = ' 10.0.0.1, localhost:80\n\t::1,,crm.internal ';
  for (const host of ['10.0.0.1', '::1', 'crm.internal']) expect(has(list, host)).toBe(true);
  expect(has(list, 'localhost', 80)).toBe(true);
  for (const empty of ['', ' , ']) expect(has(empty, 'localhost')).toBe(false);
});

test.each([
  ['10.0.0.0/33', 'length must be 0 to 32'],
  ['fd00::/129', 'length must be 0 to 128'],
  ['10.0.0.0/', 'length must be'],
  ['10.0.0.0/x', 'length must be'],
  ['10.0.0.1/8', 'begins at 10.0.0.0/8'],
  ['fd12::1/8', 'begins at fd00::/8'],
  ['10.0.0', 'no network, address or host name'],
  ['256.1.1.1', 'no network'],
  ['0x7f.1', 'no network'],
  ['10.0.0.0/8/8', 'no network'],
  ['localhost:', 'no network'],
  ['localhost:http', 'no network'],
  ['localhost:0', 'port is out of range'],
  ['localhost:65536', 'port is out of range'],
  ['[localhost]:80', 'no network'],
  ['http://localhost', 'no network'],
  ['*.internal', 'no network'],
  ['crm..internal', 'no network'],
  ['münchen.example', 'no network'],
])('%s is refused with the reason: %s', (entry, why) => {
  const read = () => parseAllowList(`127.0.0.1,${entry}`);
  expect(read).toThrow(RangeError);
  expect(read).toThrow(`reading the allow list: "${entry}": `);
  expect(read).toThrow(why);
});
