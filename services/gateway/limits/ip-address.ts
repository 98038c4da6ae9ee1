import { isIP, isIPv4 } from 'node:net';

/** An address in its shortest form. An IPv4 address that is mapped into IPv6 is an IPv4 address. */
export interface IpAddress {
  family: 'ipv4' | 'ipv6';
  text: string;
}

/** Longer than every address with a zone, a port and brackets. */
const MAX_LENGTH = 100;

/**
 * Reads an address as sockets and proxies write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`,
 * `fe80::1%eth0`. Returns undefined for any other text.
 */
export function parseIpAddress(given: string): IpAddress | undefined {
  if (given.length > MAX_LENGTH) return undefined;
  const text =
    /^\[([^[\]]+)\](?::\d{1,5})?$/.exec(given)?.[1] ?? /^([\d.]+)(?::\d{1,5})?$/.exec(given)?.[1] ?? given;
  const address = text.split('%')[0] ?? '';
  if (isIP(address) === 0) return undefined;
  if (isIPv4(address)) return { family: 'ipv4', text: address };
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return { family: 'ipv6', text: address.toLowerCase() };
  const bytes = [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 0xff]);
  return { family: 'ipv4', text: bytes.join('.') };
}

/**
 * The name under which an address counts. One customer of a provider has a whole /64 of IPv6 or more, so those addresses count as
 * one: `2001:db8:0:0::/64`.
 */
export function countedAddress({ family, text }: IpAddress): string {
  if (family === 'ipv4') return text;
  const network = groupsOf(text).slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** The eight numbers of an IPv6 address. URLs write an address in hexadecimal digits alone, and in its shortest form. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const before = numbers(head);
  if (tail === undefined) return before;
  const after = numbers(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
