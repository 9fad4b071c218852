// Where a request comes from, as limits count it: the peer, or behind trusted proxies the address they name.
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';

const MAX_HOPS = 10;

/** Whether the proxy at this address, so many hops before us (0: the peer itself), may say who called it. */
export type TrustProxy = (address: string, hop: number) => boolean;

/** Reads TRUST_PROXY: a number of hops, or networks and addresses. Throws a RangeError. */
export function readTrustProxy(text: string): TrustProxy {
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    if (hops < 1 || hops > MAX_HOPS) throw new RangeError(`hops must be 1 to ${MAX_HOPS}`);
    return (_address, hop) => hop < hops;
  }
  const networks = new BlockList();
  for (const part of text.split(',').map((one) => one.trim())) addNetwork(networks, part);
  return (address) => {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && networks.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}

function addNetwork(networks: BlockList, part: string): void {
  const [address = '', bits, ...more] = part.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const most = family === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  // A network of every address would trust whoever calls.
  if (isIP(address) === 0 || more.length > 0 || !(length >= 1 && length <= most)) {
    throw new RangeError(`"${part}" is no network like 10.0.0.0/8, no address and no number of hops`);
  }
  networks.addSubnet(address, length, family);
}

/** The setting TRUST_PROXY; undefined when nobody is trusted. */
export const trustProxy = z
  .string()
  .transform((text, context) => {
    try {
      return readTrustProxy(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  })
  .optional()
  .meta({
    description:
      'Proxies whose X-Forwarded-For is believed: networks, comma separated, or how many proxies there are before this service; unset: none',
  });

/**
 * The name under which limits count an address: of IPv6 the network of 64 bits, which is what one sender has. What a proxy
 * named and is no address counts as the peer.
 */
export function sourceOf(named: string, peer: string): string {
  const address = plainAddress(named);
  if (isIPv4(address)) return address;
  if (isIPv6(address)) return networkOf(address);
  return isIP(plainAddress(peer)) === 0 ? 'unknown' : sourceOf(peer, peer);
}

/** Without a port, brackets and zone, and IPv4 as such. */
function plainAddress(text: string): string {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const zoneless = bare.split('%')[0] ?? bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(zoneless)?.[1];
  return mapped ?? zoneless;
}

function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  const first = [...groups, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${first.join(':')}::/64`;
}
