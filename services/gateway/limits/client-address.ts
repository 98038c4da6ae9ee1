import type { IncomingMessage } from 'node:http';
import { countedAddress, type IpAddress, parseIpAddress } from './ip-address.ts';
import type { IsTrustedProxy } from './trusted-proxies.ts';

/**
 * Tells from which address a request comes, in the form in which addresses count: an IPv4 address, or the /64 of an IPv6 address.
 * Undefined where the socket is closed already.
 */
export type ClientAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string | undefined;

/** More proxies in a row than there ever are. What a client has sent before them is not read. */
const MAX_HOPS = 20;

/**
 * Proxies add the address from which they got a request to the right end of `X-Forwarded-For` or `Forwarded` (RFC 7239). So the
 * headers are read from the right, and only as long as a trusted proxy has written the entry. What the client itself has sent lies
 * to the left of that and is never believed. Where an entry is no address, the last trusted proxy counts as the client. It also
 * does where both headers are there and disagree: a proxy that writes one of them passes on the other as the client has sent it.
 */
export function createClientAddress(isTrusted: IsTrustedProxy): ClientAddress {
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
    const found = [forwardedFor(headers['x-forwarded-for']), forwarded(headers.forwarded)]
      .filter((hops) => hops !== undefined)
      .map((hops) => follow(nearest, hops));
    const names = new Set(found.map(countedAddress));
    return names.size === 1 ? [...names][0] : countedAddress(nearest);
  };
}

type Hops = (IpAddress | undefined)[];

/** The entries of a list, the last first. */
const fromRight = (text: string): string[] => text.split(',').slice(-MAX_HOPS).reverse();

function forwardedFor(header: string | string[] | undefined): Hops | undefined {
  if (header === undefined) return undefined;
  return fromRight([header].flat().join(',')).map((entry) => parseIpAddress(entry.trim()));
}

/** Reads entries such as `for=192.0.2.1;proto=https` and `for="[2001:db8::1]:4711"`. One with two clients has none. */
function forwarded(header: string | undefined): Hops | undefined {
  if (header === undefined) return undefined;
  return fromRight(header).map((entry) => {
    const clients = entry.split(';').flatMap((pair) => /^\s*for=(.*)$/i.exec(pair)?.[1] ?? []);
    return clients.length === 1
      ? parseIpAddress(
          String(clients[0])
            .trim()
            .replace(/^"(.*)"$/, '$1'),
        )
      : undefined;
  });
}
