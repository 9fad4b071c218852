// Guards calls to URLs that tenants choose (SSRF): they may reach public addresses over HTTPS, and what the allow list adds.
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { AllowList } from './allow-list.ts';
import { NotConnected } from './not-connected.ts';
import { isPublic, readAddress } from './public-address.ts';

/** The rules of a guard. */
export interface Guard {
  readonly allow: AllowList;
  /**
   * Ports that may be called over HTTPS. Default: 443 and 8443. Other ports of other people's hosts have mail servers,
   * databases and consoles, and tenants could use our calls as a port scanner.
   */
  readonly ports?: readonly number[];
  /** Returns all addresses of a host. Default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
}

const DEFAULT_PORTS = [443, 8443];

/**
 * Why a URL must not be called, as far as that is known without a DNS lookup. Undefined for a host that has to be looked up
 * and for a text that is not a URL.
 */
export function literalRefusal(text: string, guard: Guard): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const host = hostOf(url);
  const isLiteral = readAddress(host) !== undefined;
  return urlRefusal(url) ?? (isLiteral ? addressRefusal(url, [host], guard) : undefined);
}

/** Why a URL must not be called for any host; undefined when it may be called. */
export function urlRefusal(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the URL must begin with https:';
  if (url.username !== '' || url.password !== '') return 'the URL contains a user or a password';
  return undefined;
}

/** Why the addresses of a host are refused for this origin; undefined when all of them are allowed. */
export function addressRefusal(
  origin: URL,
  addresses: readonly string[],
  { allow, ports = DEFAULT_PORTS }: Guard,
): string | undefined {
  const port = origin.port === '' ? (origin.protocol === 'https:' ? 443 : 80) : Number(origin.port);
  if (allow.hasName(origin.hostname, port)) return undefined;
  const read = addresses.map(readAddress);
  const unlisted = read.filter((address) => address === undefined || !allow.hasAddress(address, port));
  if (unlisted.length === 0) return undefined;
  if (origin.protocol !== 'https:') return 'the URL must begin with https:';
  if (!ports.includes(port)) return `the port must be one of ${ports.join(', ')}`;
  const open = unlisted.every((address) => address !== undefined && isPublic(address));
  return open ? undefined : 'the address is not public';
}

/**
 * Looks up a host for a new connection and returns only checked addresses, so the connection cannot go to another one. One
 * forbidden address refuses them all, because any of them may be chosen.
 */
export function guardedLookup(origin: URL, guard: Guard): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, guard).then(
      (answers) => {
        const reason = addressRefusal(origin, answers.map(textOf), guard);
        if (reason !== undefined) callback(new NotConnected('REFUSED_ADDRESS', reason), '');
        else if (options.all) callback(null, answers);
        else callback(null, answers[0].address, answers[0].family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const textOf = ({ address }: LookupAddress): string => address;

async function lookUp(hostname: string, guard: Guard): Promise<[LookupAddress, ...LookupAddress[]]> {
  const [first, ...more] = await (guard.resolve?.(hostname) ?? lookup(hostname, { all: true }));
  // The error that the system's resolver throws.
  if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  return [first, ...more];
}
