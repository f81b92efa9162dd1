/** Which addresses belong to the public internet (A6). */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Whether an IP address is one of the public internet. Anything else, a name for instance, is not. */
export function isPublicAddress(address: string): boolean {
  // An address with a zone is one of a link.
  if (address.includes('%')) return false;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const family = isIP(plain);
  if (family === 4) return !reserved4.check(plain, 'ipv4');
  return family === 6 && globalUnicast.check(plain, 'ipv6') && !reserved6.check(plain, 'ipv6');
}

/** The addresses of this machine's own interfaces, as they are now. */
export function ownAddresses(): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return new Set(interfaces.map(({ address }) => address));
}

// IANA's special-purpose registries: what is not globally reachable. Lists of their own, for a BlockList applies its
// rules for IPv4-mapped addresses to plain IPv4, too.
const reserved4 = new BlockList();
const reserved6 = new BlockList();
/** The one part of IPv6 that is given out: everything that embeds or maps IPv4 but 6to4 and Teredo lies outside. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Azure's machines find their host here, although the address is a public one
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  reserved4.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  reserved6.addSubnet(net, prefix, 'ipv6');
}
