import path from 'node:path';
import { buildImages } from '../docker/build-images.ts';
import { dockerAt, type Engine, openEngine } from '../docker/engine.ts';
import {
  type ImageNames,
  imageNames,
  OFFICIAL,
  type Official,
  SERVICES,
  variableOf,
} from '../docker/image-names.ts';
import { type Report, run } from '../process/run.ts';
import { which } from '../process/which.ts';
import type { Host } from './cluster.ts';
import { splitImage } from './overlay.ts';

const LOAD_MS = 10 * 60_000;
const SERVERS: readonly Official[] = ['RABBITMQ_IMAGE', 'MONGODB_IMAGE', 'MYSQL_IMAGE', 'MAILDEV_IMAGE'];

export interface ImagesOptions {
  repoRoot: string;
  host: Host;
  /** Images are pushed there and pulled from there: `registry.example.com/team`. */
  registry?: string | undefined;
  /** A shell command that brings `$IMAGE` from the Docker engine at `$DOCKER_HOST` to the nodes. */
  load?: string | undefined;
  /** Where no image can be pulled, the servers are built on the spot as well. Not for data that is to be kept: other versions. */
  standIns: boolean;
  report: Report;
  signal: AbortSignal;
}

/**
 * Builds the services' images and brings them to the cluster's nodes; returns their names there. An image's tag is its content's
 * id: what has changed gets new pods, and what has not keeps its own.
 */
export async function loadImages(options: ImagesOptions): Promise<ImageNames> {
  const { repoRoot, registry, report, signal } = options;
  const load = loaderFor(options);
  const dataDir = path.join(repoRoot, '.data');
  const engine = await openEngine({ report, signal });
  try {
    await buildImages({ repoRoot, engine, official: ['BASE_IMAGE'], report, signal });
    // The nodes pull the servers themselves, if anybody can.
    const canPull = imageNames(dataDir).BASE_IMAGE === (process.env.BASE_IMAGE || OFFICIAL.BASE_IMAGE);
    const standIns = options.standIns && !canPull ? SERVERS.filter((name) => !process.env[name]) : [];
    if (standIns.length > 0)
      await buildImages({ repoRoot, engine, only: [], official: standIns, report, signal });
    const docker = dockerAt(engine, { report, signal });
    const names = imageNames(dataDir);
    for (const name of SERVERS)
      if (!standIns.includes(name)) names[name] = process.env[name] || OFFICIAL[name];
    for (const variable of [...SERVICES.map(variableOf), ...standIns]) {
      const image = names[variable];
      const id = (
        await docker('Looking at an image', ['image', 'inspect', '--format', '{{.Id}}', image])
      ).trim();
      const name = splitImage(image).newName;
      const there = `${registry === undefined ? name : `${registry}/${name.split('/').at(-1)}`}:${id.replace('sha256:', '').slice(0, 12)}`;
      await docker(`Naming ${there}`, ['tag', image, there]);
      report(`Bringing ${there} to ${registry ?? 'the cluster'} …`);
      const [command, ...args] = load(engine, there);
      const what = `Loading ${there}`;
      const env = { ...engine.env, IMAGE: there };
      await run(command, args, { what, report, signal, env, timeoutMs: LOAD_MS });
      names[variable] = there;
    }
    return names;
  } finally {
    await engine.stop();
  }
}

/** The command that brings an image to the nodes. */
function loaderFor({
  host,
  registry,
  load,
}: ImagesOptions): (engine: Engine, image: string) => [string, ...string[]] {
  if (load !== undefined) return () => ['sh', '-c', load];
  if (registry !== undefined) return ({ docker }, image) => [docker, 'push', '--quiet', image];
  if (host.kind === 'minikube') {
    const minikube = program('minikube');
    return (_, image) => [minikube, '--profile', host.profile, 'image', 'load', image];
  }
  if (host.kind === 'kind') {
    const kind = program('kind');
    return (_, image) => [kind, 'load', 'docker-image', '--name', host.name, image];
  }
  throw new Error(
    'The nodes of this cluster do not see the images of this machine. Name a registry that both reach with --registry (docker login first), say with --load how they get there, or bring them yourself and say --no-images; GATEWAY_IMAGE, AUTH_IMAGE, CONVERTER_IMAGE and NOTIFICATION_IMAGE are their names.',
  );
}

function program(name: string): string {
  const found = which(name);
  if (found !== undefined) return found;
  throw new Error(
    `This is a cluster of ${name}'s, and ${name} is not on the PATH: install it, or say --registry, --load or --no-images.`,
  );
}
