// Exceptions from the guard, set by the operator: for example the sandbox on this machine, or a CRM in the same network.
import ipaddr from 'ipaddr.js';
import { type Address, readAddress } from './public-address.ts';

interface AllowedPlace {
  /** Undefined: every port. */
  readonly port: number | undefined;
}

interface Network extends AllowedPlace {
  readonly network: Address;
  readonly bits: number;
}

interface Name extends AllowedPlace {
  readonly name: string;
}

/** Networks, addresses and names that may always be called, also over plain HTTP and on any port. */
export class AllowList {
  readonly #networks: readonly Network[];
  readonly #names: readonly Name[];

  constructor(entries: readonly (Network | Name)[] = []) {
    this.#networks = entries.filter((entry) => 'network' in entry);
    this.#names = entries.filter((entry) => 'name' in entry);
  }

  /** Whether the host is listed by name; then each of its addresses is allowed. */
  hasName(hostname: string, port: number): boolean {
    const name = hostname.replace(/\.$/, '');
    return this.#names.some((entry) => entry.name === name && reaches(entry, port));
  }

  hasAddress(address: Address, port: number): boolean {
    return this.#networks.some(
      (entry) =>
        entry.network.kind() === address.kind() &&
        address.match(entry.network, entry.bits) &&
        reaches(entry, port),
    );
  }
}

/**
 * Parses an allow list: networks (`127.0.0.0/8`), addresses (`10.1.2.3`, `::1`) and host names (`crm.internal`), separated
 * by commas or white space, each with an optional port (`localhost:8080`, `[::1]:8080`, `[fd00::/8]:443`). A name does not
 * include its subdomains. Throws RangeError for any other entry.
 */
export function parseAllowList(text: string): AllowList {
  return new AllowList(text.split(/[\s,]+/).flatMap((entry) => (entry === '' ? [] : [readEntry(entry)])));
}

function reaches(place: AllowedPlace, port: number): boolean {
  return place.port === undefined || place.port === port;
}

function readEntry(entry: string): Network | Name {
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535))
    throw invalidEntry(entry, 'the port is out of range');
  // An entry that does not match can still be IPv6 without brackets, which cannot have a port.
  const target = bracketed ?? plain ?? entry;
  const network = readNetwork(target, entry);
  if (network !== undefined) return { ...network, port };
  const name = target.toLowerCase();
  if (bracketed !== undefined || !isName(name)) {
    throw invalidEntry(entry, 'it is no network, address or host name');
  }
  return { name, port };
}

function readNetwork(target: string, entry: string): { network: Address; bits: number } | undefined {
  const [start = '', length, ...more] = target.split('/');
  const network = readAddress(start);
  if (network === undefined || more.length > 0) return undefined;
  const longest = network.kind() === 'ipv4' ? 32 : 128;
  if (length === undefined) return { network, bits: longest };
  if (!/^\d{1,3}$/.test(length) || Number(length) > longest) {
    throw invalidEntry(entry, `the network's length must be 0 to ${longest}`);
  }
  const kind = network.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = kind.networkAddressFromCIDR(`${start}/${length}`).toString();
  // Probably a typing mistake, which would allow far more than the one address that was meant.
  if (first !== network.toString()) throw invalidEntry(entry, `the network begins at ${first}/${length}`);
  return { network, bits: Number(length) };
}

function isName(text: string): boolean {
  const labels = text.split('.');
  // URL parsers read a host that ends in a number as an address, so such a name would never match.
  const isNumber = /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
  return !isNumber && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
}

function invalidEntry(entry: string, why: string): RangeError {
  return new RangeError(
    `reading the allow list: "${entry}": ${why}; use for example 127.0.0.0/8, [::1]:8080 or crm.internal:8443`,
  );
}
