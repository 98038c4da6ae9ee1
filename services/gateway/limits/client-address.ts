import type { IncomingMessage } from 'node:http';
import { countedAddress, type IpAddress, parseIpAddress } from './ip-address.ts';
import type { IsTrustedProxy, ProxyHeader } from './trusted-proxies.ts';

/**
 * Tells from which address a request comes, in the form in which addresses count: an IPv4 address, or the /64 of an IPv6 address.
 * Undefined where the socket is closed already.
 */
export type ClientAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string | undefined;

export interface ProxySettings {
  isTrusted: IsTrustedProxy;
  /** The header that our proxies write. A proxy passes the other one on as the client has sent it, so that one is not read. */
  header: ProxyHeader;
  /** The most proxies in a row. Of a longer list, as many entries are read, and the client is the last of them. */
  maxProxies: number;
}

/**
 * Proxies add the address from which they got a request to the right end of `X-Forwarded-For` or `Forwarded` (RFC 7239). So the
 * header is read from the right, and only as long as a trusted proxy has written the entry. What the client itself has sent lies
 * to the left of that and is never believed. Where an entry is no address, the last trusted proxy counts as the client.
 */
export function createClientAddress({ isTrusted, header, maxProxies }: ProxySettings): ClientAddress {
  /** @param hops addresses, the nearest first; undefined for an entry that is no address */
  function follow(socket: IpAddress, hops: readonly (IpAddress | undefined)[]): IpAddress {
    let client = socket;
    for (const hop of hops) {
      if (!isTrusted(client) || !hop) return client;
      client = hop;
    }
    return client;
  }

  return ({ headers, socket }) => {
    const nearest = parseIpAddress(socket.remoteAddress ?? '');
    if (!nearest) return undefined;
    const entries = fromRight([headers[header] ?? []].flat().join(','), maxProxies);
    return countedAddress(follow(nearest, entries.map(READ[header])));
  };
}

/** The last entries of a list, the very last first. */
const fromRight = (list: string, most: number): string[] => list.split(',').slice(-most).reverse();

/** Reads an entry such as `for=192.0.2.1;proto=https` or `for="[2001:db8::1]:4711"`. One with two clients has none. */
function readForwarded(entry: string): IpAddress | undefined {
  const [client, another] = entry.split(';').flatMap((pair) => /^\s*for=(.*)$/i.exec(pair)?.[1] ?? []);
  if (client === undefined || another !== undefined) return undefined;
  return parseIpAddress(client.trim().replace(/^"(.*)"$/, '$1'));
}

const READ: Record<ProxyHeader, (entry: string) => IpAddress | undefined> = {
  'x-forwarded-for': (entry) => parseIpAddress(entry.trim()),
  forwarded: readForwarded,
};
