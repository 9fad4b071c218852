// Which places a call may reach whose URL a tenant chose: the open internet over HTTPS, and what the allow list adds.
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { AllowList } from './allow-list.ts';
import { NotConnected, notConnected } from './not-connected.ts';
import { isPublic, readAddress } from './public-address.ts';

/** What a guard goes by. The same value serves calls and `checkAddress`. */
export interface Guard {
  readonly allow: AllowList;
  /**
   * Ports that may be called over HTTPS. Default 443 and, the usual second one, 8443: on other ports of other people's
   * hosts are mail, databases and consoles, and what a call finds out about them would make us a scanner for hire.
   */
  readonly ports?: readonly number[];
  /** All addresses of a host. Default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
}

/** Whether a URL may be called. `reason` is a clause without addresses, fit for whoever chose the URL. */
export type AddressVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'REFUSED_ADDRESS' | 'DNS'; readonly reason: string };

const DEFAULT_PORTS = [443, 8443];

/**
 * Says whether a URL could be called now, without calling it; takes as long as the resolver. For the moment a URL is
 * saved. No replacement for the guard of the call, which looks at the address that is connected to.
 */
export async function checkAddress(url: string, guard: Guard): Promise<AddressVerdict> {
  const refused = (reason: string) => ({ ok: false, code: 'REFUSED_ADDRESS', reason }) as const;
  if (!URL.canParse(url)) return refused('the URL cannot be read');
  const parsed = new URL(url);
  const host = hostOf(parsed);
  const atOnce = urlRefusal(parsed);
  if (atOnce !== undefined) return refused(atOnce);
  try {
    const addresses = readAddress(host) === undefined ? (await lookUp(host, guard)).map(textOf) : [host];
    const reason = addressRefusal(parsed, addresses, guard);
    return reason === undefined ? { ok: true } : refused(reason);
  } catch (cause) {
    return { ok: false, code: 'DNS', reason: notConnected(cause as Error, false).message };
  }
}

/**
 * Why a URL may not be called, as far as it says itself where it leads; undefined for a host that has to be looked up, and
 * for a text that is no URL.
 */
export function literalRefusal(text: string, guard: Guard): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const host = hostOf(url);
  const isLiteral = readAddress(host) !== undefined;
  return urlRefusal(url) ?? (isLiteral ? addressRefusal(url, [host], guard) : undefined);
}

/** Why a URL may not be called wherever it leads; undefined when it may. */
export function urlRefusal(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the URL must begin with https:';
  if (url.username !== '' || url.password !== '') return 'the URL carries a user or a password';
  return undefined;
}

/** Why none of a host's addresses may be connected to for this origin; undefined when each may. */
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
  return open ? undefined : 'the address is not a public one';
}

/**
 * Looks up a host for a connection that is about to be made, and answers only addresses that were checked: what is
 * connected to cannot be another one. One bad address refuses them all, since which one is taken is chance.
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
  // Told as the system's resolver tells it.
  if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  return [first, ...more];
}
