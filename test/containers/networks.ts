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
