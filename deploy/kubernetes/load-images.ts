import path from 'node:path';
import { buildImages } from '../docker/build-images.ts';
import { dockerAt, type Engine } from '../docker/docker-client.ts';
import { openEngine } from '../docker/engine.ts';
import {
  BUILD_IMAGES,
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
  /** Registry to which images are pushed and from which the nodes pull them, such as `registry.example.com/team`. */
  registry?: string | undefined;
  /** Shell command that copies `$IMAGE` from the Docker engine at `$DOCKER_HOST` to the nodes. */
  load?: string | undefined;
  /** Also builds stand-ins for the servers if no image can be pulled. Their versions differ, so do not use them for data that you keep. */
  standIns: boolean;
  report: Report;
  signal: AbortSignal;
}

/**
 * Builds the services' images, copies them to the nodes of the cluster, and returns their names there. The tag of an image is the
 * id of its content, so that only services whose image has changed get new pods.
 */
export async function loadImages(options: ImagesOptions): Promise<ImageNames> {
  const { repoRoot, registry, report, signal } = options;
  const load = loaderFor(options);
  const dataDir = path.join(repoRoot, '.data');
  const engine = await openEngine({ report, signal });
  try {
    await buildImages({ repoRoot, engine, official: BUILD_IMAGES, report, signal });
    // If this machine could pull the base image, the nodes can pull the servers.
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
      const nodeImage = nameOnNodes(image, id, registry);
      await docker(`Tagging ${nodeImage}`, ['tag', image, nodeImage]);
      report(`Copying ${nodeImage} to ${registry ?? 'the cluster'} …`);
      const [command, ...args] = load(engine, nodeImage);
      const what = `Loading ${nodeImage}`;
      const env = { ...engine.env, IMAGE: nodeImage };
      await run(command, args, { what, report, signal, env, timeoutMs: LOAD_MS });
      names[variable] = nodeImage;
    }
    return names;
  } finally {
    await engine.stop();
  }
}

/** `mp3converter/gateway:dev` with the id `sha256:0123…` becomes `<registry>/gateway:0123…`, or `mp3converter/gateway:0123…`. */
function nameOnNodes(image: string, id: string, registry: string | undefined): string {
  const name = splitImage(image).newName;
  const repository = registry === undefined ? name : `${registry}/${name.split('/').at(-1)}`;
  return `${repository}:${id.replace('sha256:', '').slice(0, 12)}`;
}

/** Returns a function that makes the command which copies an image to the nodes. */
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
    'The nodes of this cluster cannot use the images of this machine. Run docker login and pass --registry with a registry that both reach, or pass --load with a command that copies an image to the nodes, or copy the images yourself, set GATEWAY_IMAGE, AUTH_IMAGE, CONVERTER_IMAGE and NOTIFICATION_IMAGE to their names, and pass --no-images.',
  );
}

function program(name: string): string {
  const found = which(name);
  if (found !== undefined) return found;
  throw new Error(
    `This cluster was made by ${name}, which is not on the PATH: install it, or pass --registry, --load or --no-images.`,
  );
}
