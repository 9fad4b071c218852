// The source address of a request, for limits: the peer, or behind trusted proxies the address that they name.
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';

const MAX_HOPS = 10;

/** Whether the proxy at this address, so many hops before us (0: the peer itself), is trusted to name its client. */
export type TrustProxy = (address: string, hop: number) => boolean;

/** Parses TRUST_PROXY: a number of hops, or networks and addresses. Throws RangeError. */
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
  // A network with all addresses would trust every caller.
  if (isIP(address) === 0 || more.length > 0 || !(length >= 1 && length <= most)) {
    throw new RangeError(
      `"${part}" is neither a network like 10.0.0.0/8 nor an address nor a number of hops`,
    );
  }
  networks.addSubnet(address, length, family);
}

/** The setting TRUST_PROXY; undefined when no proxy is trusted. */
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
      'Proxies whose X-Forwarded-For is trusted: networks, comma separated, or the number of proxies in front of this service; unset: none',
  });

/**
 * The name under which limits count an address. For IPv6 it is the /64 network, because one sender has all of it. When a
 * proxy names something that is not an address, the peer counts.
 */
export function sourceOf(named: string, peer: string): string {
  const address = plainAddress(named);
  if (isIPv4(address)) return address;
  if (isIPv6(address)) return networkOf(address);
  return isIP(plainAddress(peer)) === 0 ? 'unknown' : sourceOf(peer, peer);
}

/** The address without port, brackets and zone; a mapped IPv4 address as IPv4. */
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
