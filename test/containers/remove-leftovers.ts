import { dockerAt, type Engine } from '../../deploy/docker/docker-client.ts';
import type { Report } from '../../deploy/process/run.ts';
import { retry } from '../support/retry.ts';
import { RUN_LABEL } from './run-label.ts';

const ATTEMPTS = 10;

export interface RemoveOptions {
  report: Report;
  signal: AbortSignal;
}

type Docker = ReturnType<typeof dockerAt>;

/** Removes the containers, with their volumes, and the networks of all test runs for which `isOver(run)` is true. */
export async function removeLeftovers(
  engine: Pick<Engine, 'docker' | 'env'>,
  isOver: (run: string) => boolean,
  options: RemoveOptions,
): Promise<void> {
  const docker = dockerAt(engine, options);
  const list = async (...args: string[]): Promise<string[]> => {
    const format = `{{.ID}} {{.Label "${RUN_LABEL}"}}`;
    const all = [...args, '--no-trunc', '--filter', `label=${RUN_LABEL}`, '--format', format];
    return (await docker('Listing what test runs left', all))
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([id = '', run = '']) => (id !== '' && isOver(run) ? [id] : []));
  };
  const containers = await list('ps', '--all');
  if (containers.length > 0) {
    options.report(`Removing ${containers.length} containers …`);
    await docker('Removing containers', ['rm', '--force', '--volumes', ...containers], 5 * 60_000);
  }
  for (const network of await list('network', 'ls')) await removeNetwork(docker, network, options);
}

/**
 * Removes a network, with several attempts: at times Docker keeps the endpoint of a container that is gone, for a moment or
 * until the engine ends (moby/moby#42119). A network that cannot be removed for this reason is reported and is no error, because
 * the tested system is not to blame.
 */
export async function removeNetwork(
  docker: Docker,
  network: string,
  { report, signal, pauseMs = 500 }: RemoveOptions & { pauseMs?: number },
): Promise<void> {
  let attempts = 0;
  const attempt = async (): Promise<Error | undefined> => {
    try {
      if (attempts++ > 0) await disconnectAll(docker, network);
      await docker('Removing a network', ['network', 'rm', network], 60_000);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      return error as Error;
    }
  };
  const pauseAfter = (error: Error | undefined) =>
    error === undefined || attempts === ATTEMPTS ? undefined : pauseMs;
  const error = await retry(attempt, { pauseAfter, signal });
  if (error?.message.includes('active endpoints'))
    return report(`Docker does not remove network ${network}, although no container is in it`);
  if (error) throw error;
}

async function disconnectAll(docker: Docker, network: string): Promise<void> {
  const names = ['network', 'inspect', '--format', '{{range .Containers}}{{println .Name}}{{end}}', network];
  for (const name of (await docker('Inspecting a network', names)).split('\n').filter(Boolean))
    await docker('Disconnecting a container', ['network', 'disconnect', '--force', network, name]);
}
