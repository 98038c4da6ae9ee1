import { readFileSync } from 'node:fs';
import { getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { canConnect } from './can-connect.ts';
import type { RunContext } from './run-context.ts';
import { RUN_LABEL } from './run-label.ts';

/** Creates every network of compose.yaml for one test run. */
export async function createNetworks({ compose, networkOf, run }: RunContext): Promise<void> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  for (const [name, settings] of Object.entries(compose.networks))
    await dockerode.createNetwork({
      Name: networkOf(name),
      Internal: settings?.internal ?? false,
      Labels: { [RUN_LABEL]: run },
    });
}

/**
 * The container's own address, `<ip>:<port>`, which a Linux machine can reach. Throws if it cannot.
 * A published port would not do: Docker's proxy accepts a connection even if the service is gone, and then breaks it off, whereas
 * here the connection is refused.
 */
export async function addressOf(
  container: StartedTestContainer,
  network: string,
  port: number,
): Promise<string> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const { NetworkSettings } = await dockerode.getContainer(container.getId()).inspect();
  const host = NetworkSettings.Networks[network]?.IPAddress ?? '';
  if (await canConnect(host, port)) return `${host}:${port}`;
  throw new Error(`${container.getName()} cannot be reached at ${host}:${port} from this machine.`);
}

/** The addresses of a container, by the names of networks in compose.yaml. */
export async function addressesOf(
  container: StartedTestContainer,
  { compose, networkOf }: RunContext,
): Promise<Map<string, string>> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const { NetworkSettings } = await dockerode.getContainer(container.getId()).inspect();
  return new Map(
    Object.keys(compose.networks).flatMap((name) => {
      const address = NetworkSettings.Networks[networkOf(name)]?.IPAddress;
      return address ? [[name, address] as const] : [];
    }),
  );
}

/** A program for Node that prints to which of the addresses in its arguments, `<host>:<port>`, it can connect. */
const CONNECT = `
  const { connect } = require('node:net');
  const reaches = (address) => new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port), timeout: 2000 });
    const end = (reached) => { socket.destroy(); resolve(reached ? [address] : []); };
    socket.on('connect', () => end(true)).on('timeout', () => end(false)).on('error', () => end(false));
  });
  Promise.all(process.argv.slice(1).map(reaches)).then((all) => console.log(JSON.stringify(all.flat())));`;

/** The command that asks, within a container, which addresses can be reached from there. It prints them as JSON. */
export const connectCommand = (addresses: readonly string[]): string[] => [
  'node',
  '-e',
  CONNECT,
  ...addresses,
];

/**
 * Why networks are not apart from each other on this machine, or undefined where they are. An engine keeps them apart by firewall
 * rules. Our private engine has none, and no network `bridge`: there they are apart unless the machine forwards packets.
 */
export async function whyNotApart(): Promise<string | undefined> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const networks = await dockerode.listNetworks();
  if (networks.some(({ Name }) => Name === 'bridge')) return undefined;
  const forwards = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim() === '1';
  return forwards
    ? 'this machine forwards packets between networks, and the private engine sets up no firewall'
    : undefined;
}
