import path from 'node:path';
import { type Report, run } from '../process/run.ts';
import { which } from '../process/which.ts';
import { dockerAt, type Engine } from './docker-client.ts';
import {
  BUILD_IMAGES,
  type ImageNames,
  imageNames,
  imageOf,
  keepImageNames,
  OFFICIAL,
  type Official,
  SERVICES,
  type Service,
} from './image-names.ts';
import { sizeTable } from './sizes.ts';
import { buildStandIn } from './stand-ins/build.ts';

export interface BuildOptions {
  repoRoot: string;
  engine: Engine;
  /** Builds only these services, from the build images that are already in the engine. Default: all services. */
  only?: readonly Service[];
  /** The official images to get. Default: all of them, or only those that a build needs when `only` is given. */
  official?: readonly Official[];
  /** Builds the stand-ins without trying to pull. */
  standInsOnly?: boolean;
  report: Report;
  signal: AbortSignal;
}

const PULL_MS = 15 * 60_000;
const BUILD_MS = 15 * 60_000;

/** Gets or builds every image that compose.yaml and the tests use, saves their names, and returns a table of their sizes. */
export async function buildImages(options: BuildOptions): Promise<string> {
  const { repoRoot, engine, only, report, signal } = options;
  const dataDir = path.join(repoRoot, '.data');
  const names = await fetchOfficial(dataDir, options);
  keepImageNames(dataDir, names);
  const revision = await gitRevision(options);
  const docker = dockerAt(engine, { report, signal });
  for (const service of only ?? SERVICES) {
    const startMs = performance.now();
    const args = { BASE: names.BASE_IMAGE, GO: names.GO_IMAGE, SERVICE: service, REVISION: revision };
    await docker(
      `Building ${imageOf(names, service)}`,
      [
        ...['build', '--file', path.join(import.meta.dirname, 'Dockerfile'), '--label', 'mp3converter'],
        ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
        ...engine.buildArgs,
        ...['--tag', imageOf(names, service), repoRoot],
      ],
      BUILD_MS,
      (lines) => `${lines} lines`,
    );
    report(`Built ${imageOf(names, service)} in ${secondsSince(startMs)} s`);
  }
  // Images that had these names before. The builder's cache stays.
  const old = ['image', 'prune', '--force', '--filter', 'label=mp3converter'];
  await docker('Removing replaced images', old, 5 * 60_000);
  return sizeTable(imagesInEngine(names, options), docker);
}

/** The images that are in the engine after a build with these options. The engine may not have the others in `names`. */
export function imagesInEngine(
  names: ImageNames,
  { only, official }: Pick<BuildOptions, 'only' | 'official'>,
): string[] {
  const services = (only ?? SERVICES).map((service) => imageOf(names, service));
  if (only !== undefined) return services;
  const wanted = official ?? (Object.keys(OFFICIAL) as Official[]);
  return [...wanted.map((name) => names[name]), ...services];
}

/** Gets the official images: those that the engine has already, else pulled, else built as stand-ins. Returns all image names. */
async function fetchOfficial(dataDir: string, options: BuildOptions): Promise<ImageNames> {
  const reusesBuildImages = options.only !== undefined && options.official === undefined;
  const wanted = options.official ?? (reusesBuildImages ? BUILD_IMAGES : Object.keys(OFFICIAL));
  const names = { ...imageNames(dataDir) };
  let canPull = options.standInsOnly !== true;
  for (const name of wanted as readonly Official[]) {
    // The images that an earlier run pulled or built are good enough for building a few services.
    if (reusesBuildImages && (await isInEngine(names[name], options))) continue;
    const chosen = process.env[name] || undefined;
    const official = chosen ?? OFFICIAL[name];
    if (chosen !== undefined || canPull || names[name] === official) {
      if ((await isInEngine(official, options)) || (await tryPull(name, { ...options, chosen, canPull }))) {
        names[name] = official;
        continue;
      }
    }
    canPull = false;
    const startMs = performance.now();
    names[name] = await buildStandIn(name, options);
    options.report(`Built ${names[name]} in ${secondsSince(startMs)} s`);
  }
  return names;
}

const isInEngine = (image: string, { engine, report, signal }: BuildOptions): Promise<boolean> =>
  dockerAt(engine, { report, signal })('Looking for an image', [
    ...['image', 'inspect', '--format', 'ok', image],
  ]).then(
    () => true,
    () => false,
  );

interface PullOptions extends BuildOptions {
  /** The image that the environment names instead of the official one. */
  chosen: string | undefined;
  canPull: boolean;
}

/** Pulls an image unless an earlier pull has failed. Throws if the image was chosen by the user and cannot be pulled. */
async function tryPull(name: Official, options: PullOptions): Promise<boolean> {
  const { chosen, canPull, engine, report, signal } = options;
  if (!canPull && chosen === undefined) return false;
  const image = chosen ?? OFFICIAL[name];
  report(`Pulling ${image} …`);
  const docker = dockerAt(engine, { report, signal });
  const failure = await docker(`Pulling ${image}`, ['pull', '--quiet', image], PULL_MS).then(
    () => undefined,
    (error: Error) => error,
  );
  signal.throwIfAborted();
  if (failure === undefined) return true;
  if (chosen !== undefined)
    throw new Error(
      `${name} is ${image}, which is not in the Docker engine and cannot be pulled. ${failure.message}`,
    );
  report(`The image cannot be pulled: ${failure.message.trim().split('\n').at(-1)}`);
  report('Building stand-ins from package registries instead');
  return false;
}

const secondsSince = (startMs: number): string => ((performance.now() - startMs) / 1000).toFixed(1);

async function gitRevision({ repoRoot, report, signal }: BuildOptions): Promise<string> {
  const git = which('git');
  if (git === undefined) return 'unknown';
  const options = { what: 'git', report, signal, cwd: repoRoot, timeoutMs: 10_000 };
  return run(git, ['rev-parse', 'HEAD'], options).then(
    (stdout) => stdout.trim(),
    () => 'unknown',
  );
}
