import { setTimeout as sleep } from 'node:timers/promises';
import { dockerAt, type Engine } from '../../deploy/docker/docker-client.ts';
import type { Report } from '../../deploy/process/run.ts';
import { LABEL } from './run-label.ts';

const TRIES = 10;

export interface ClearAwayOptions {
  report: Report;
  signal: AbortSignal;
}

type Docker = ReturnType<typeof dockerAt>;

/** Containers with their volumes, and networks, of runs that are over. */
export async function clearAway(
  engine: Pick<Engine, 'docker' | 'env'>,
  isOver: (run: number) => boolean,
  options: ClearAwayOptions,
): Promise<void> {
  const docker = dockerAt(engine, options);
  const list = async (...args: string[]): Promise<string[]> => {
    const format = `{{.ID}} {{.Label "${LABEL}"}}`;
    const all = [...args, '--no-trunc', '--filter', `label=${LABEL}`, '--format', format];
    return (await docker('Looking for what is left', all))
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([id = '', run]) => (id !== '' && isOver(Number(run)) ? [id] : []));
  };
  const containers = await list('ps', '--all');
  if (containers.length > 0) {
    options.report(`Removing ${containers.length} containers …`);
    await docker('Removing containers', ['rm', '--force', '--volumes', ...containers], 5 * 60_000);
  }
  for (const network of await list('network', 'ls')) await removeNetwork(docker, network, options);
}

/**
 * Docker at times holds the place of a container in a network after the container has gone, for a moment or until
 * the engine ends (moby/moby#42119). What it does not give back is reported: it is no fault of what was tested.
 */
export async function removeNetwork(
  docker: Docker,
  network: string,
  { report, signal, pauseMs = 500 }: ClearAwayOptions & { pauseMs?: number },
): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      if (left < TRIES) await disconnectAll(docker, network);
      await docker('Removing a network', ['network', 'rm', network], 60_000);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (left === 1 && !(error as Error).message.includes('active endpoints')) throw error;
      if (left === 1) return report(`Docker still holds network ${network}, with no container in it`);
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

async function disconnectAll(docker: Docker, network: string): Promise<void> {
  const names = ['network', 'inspect', '--format', '{{range .Containers}}{{println .Name}}{{end}}', network];
  for (const name of (await docker('Looking into a network', names)).split('\n').filter(Boolean))
    await docker('Disconnecting', ['network', 'disconnect', '--force', network, name]);
}
