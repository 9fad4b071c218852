// Decides which addresses are public. An address that is not certainly public counts as internal.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Global unicast, RFC 4291 section 2.4: all IPv6 addresses that are assigned today. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** In a public range, but inside Azure it is the host of the virtual machine. */
const AZURE_HOST = '168.63.129.16';

/** Parses an address in its standard form; undefined for anything else, also for short and octal forms. */
export function readAddress(text: string): Address | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.parse(text);
}

/**
 * Whether an address is public unicast. These are not: private, loopback, link-local (where clouds serve their metadata),
 * carrier-grade NAT, multicast, reserved, documentation, and all IPv6 forms that contain an IPv4 address (mapped, NAT64,
 * 6to4, Teredo).
 */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv6' ? address.match(GLOBAL_UNICAST) : address.toString() !== AZURE_HOST;
}
