import { BlockList } from 'node:net';
import { z } from 'zod';
import { type IpAddress, parseIpAddress } from './ip-address.ts';

/** Whether an address is that of a proxy of ours. */
export type IsTrustedProxy = (address: IpAddress) => boolean;

/** The headers in which proxies name the client. */
export const PROXY_HEADERS = ['x-forwarded-for', 'forwarded'] as const;
export type ProxyHeader = (typeof PROXY_HEADERS)[number];

const split = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** One list for both families would take each IPv4 address for the IPv6 address to which it can be mapped. */
type Networks = Record<IpAddress['family'], BlockList>;

/** Adds an address or a network. Returns false for a text that is neither. */
function addTo(networks: Networks, text: string): boolean {
  const [given = '', prefix, ...rest] = text.split('/');
  const address = parseIpAddress(given);
  if (!address || address.text !== given.toLowerCase() || rest.length > 0) return false;
  const list = networks[address.family];
  if (prefix === undefined) {
    list.addAddress(address.text, address.family);
    return true;
  }
  const most = address.family === 'ipv4' ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most) return false;
  list.addSubnet(address.text, Number(prefix), address.family);
  return true;
}

const noNetworks = (): Networks => ({ ipv4: new BlockList(), ipv6: new BlockList() });

/** Reads addresses and networks such as `10.0.0.0/8`, separated by commas. */
export const proxyList = z
  .string()
  .refine(
    (text) => split(text).every((part) => addTo(noNetworks(), part)),
    'must be addresses, or networks such as 10.0.0.0/8, separated by commas',
  )
  .transform((text): IsTrustedProxy => {
    const networks = noNetworks();
    for (const part of split(text)) addTo(networks, part);
    return (address) => networks[address.family].check(address.text, address.family);
  });

/** Trusts nobody: the client is whoever opened the connection. */
export const noProxies: IsTrustedProxy = () => false;
