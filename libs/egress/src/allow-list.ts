// Exceptions from the guard, written by who runs the service: the sandbox on this machine, a CRM in the own network.
import ipaddr from 'ipaddr.js';
import { type Address, readAddress } from './public-address.ts';

interface Place {
  /** Undefined: every port. */
  readonly port: number | undefined;
}

interface Network extends Place {
  readonly network: Address;
  readonly bits: number;
}

interface Name extends Place {
  readonly name: string;
}

/** Places that may be called whatever they are, in plain HTTP and on any port too. */
export class AllowList {
  readonly #networks: readonly Network[];
  readonly #names: readonly Name[];

  constructor(entries: readonly (Network | Name)[] = []) {
    this.#networks = entries.filter((entry) => 'network' in entry);
    this.#names = entries.filter((entry) => 'name' in entry);
  }

  /** Whether the host is listed by its name: then whatever address it has is good. */
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
 * Reads an allow list: networks (`127.0.0.0/8`), addresses (`10.1.2.3`, `::1`) and host names (`crm.internal`), separated
 * by commas or white space, each with a port if wanted (`localhost:8080`, `[::1]:8080`, `[fd00::/8]:443`). A name stands for
 * itself alone, not for names below it. RangeError for an entry that is none of these.
 */
export function parseAllowList(text: string): AllowList {
  return new AllowList(text.split(/[\s,]+/).flatMap((entry) => (entry === '' ? [] : [readEntry(entry)])));
}

function reaches(place: Place, port: number): boolean {
  return place.port === undefined || place.port === port;
}

function readEntry(entry: string): Network | Name {
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) throw unreadable(entry, 'the port is out of range');
  // What matches nothing can still be IPv6 without brackets, which leaves no room for a port.
  const target = bracketed ?? plain ?? entry;
  const network = readNetwork(target, entry);
  if (network !== undefined) return { ...network, port };
  const name = target.toLowerCase();
  if (bracketed !== undefined || !isName(name)) {
    throw unreadable(entry, 'it is no network, address or host name');
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
    throw unreadable(entry, `the network's length must be 0 to ${longest}`);
  }
  const kind = network.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = kind.networkAddressFromCIDR(`${start}/${length}`).toString();
  // A slip of the pen that would open far more than the one address that was meant.
  if (first !== network.toString()) throw unreadable(entry, `that network begins at ${first}/${length}`);
  return { network, bits: Number(length) };
}

function isName(text: string): boolean {
  const labels = text.split('.');
  // A host that ends in a number is an address to every URL parser, so such a name could never be met.
  const isNumber = /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
  return !isNumber && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
}

function unreadable(entry: string, why: string): RangeError {
  return new RangeError(
    `reading the allow list: "${entry}": ${why}; write for example 127.0.0.0/8, [::1]:8080 or crm.internal:8443`,
  );
}
