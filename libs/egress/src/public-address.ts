// Which addresses lie in the open internet. Everything that does not surely do so counts as inside.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Global unicast, RFC 4291 section 2.4: all of IPv6 that is given to anyone today. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** Public by its number, but answered by the host a virtual machine of Azure runs on. */
const AZURE_HOST = '168.63.129.16';

/** An address as the system writes it; undefined for anything else, short and octal forms included. */
export function readAddress(text: string): Address | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.parse(text);
}

/**
 * Whether an address is public unicast. Not so: private, loopback, link-local (where clouds keep their metadata),
 * carrier-grade NAT, multicast, reserved, documentation, and IPv6 forms that carry an IPv4 address (mapped, NAT64, 6to4,
 * Teredo), whatever it is.
 */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv6' ? address.match(GLOBAL_UNICAST) : address.toString() !== AZURE_HOST;
}
