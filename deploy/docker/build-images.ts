import path from 'node:path';
import { type Report, run } from '../process/run.ts';
import { which } from '../process/which.ts';
import { dockerAt, type Engine } from './engine.ts';
import {
  type ImageNames,
  imageNames,
  imageOf,
  keepImageNames,
  OFFICIAL,
  type Official,
  SERVICES,
  type Service,
} from './image-names.ts';
import { buildOnTheSpot } from './on-the-spot/build.ts';
import { sizeTable } from './sizes.ts';

export interface BuildOptions {
  repoRoot: string;
  engine: Engine;
  /** Only these services, over the base that is there. Default: everything. */
  only?: readonly Service[];
  /** What is not ours; default: all of it. */
  official?: readonly Official[];
  /** Does not try to pull. */
  onTheSpot?: boolean;
  report: Report;
  signal: AbortSignal;
}

const PULL_MS = 15 * 60_000;
const BUILD_MS = 15 * 60_000;

/** Makes every image that compose.yaml and the tests use, keeps their names, and returns a table of their sizes. */
export async function buildImages(options: BuildOptions): Promise<string> {
  const { repoRoot, engine, only, report, signal } = options;
  const dataDir = path.join(repoRoot, '.data');
  const names = await fetchOfficial(dataDir, options);
  keepImageNames(dataDir, names);
  const revision = await gitRevision(options);
  const docker = dockerAt(engine, { report, signal });
  for (const service of only ?? SERVICES) {
    const since = performance.now();
    const args = { BASE: names.BASE_IMAGE, SERVICE: service, REVISION: revision };
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
    report(`Built ${imageOf(names, service)} in ${((performance.now() - since) / 1000).toFixed(1)} s`);
  }
  // What bore these names before. The builder's cache stays.
  const old = ['image', 'prune', '--force', '--filter', 'label=mp3converter'];
  await docker('Removing what was replaced', old, 5 * 60_000);
  return sizeTable(madeHere(names, options), docker);
}

/** The images that such a call leaves in the engine: of the others it only knows the names, and the engine may not have them. */
export function madeHere(
  names: ImageNames,
  { only, official }: Pick<BuildOptions, 'only' | 'official'>,
): string[] {
  const services = (only ?? SERVICES).map((service) => imageOf(names, service));
  if (only !== undefined) return services;
  const wanted = official ?? (Object.keys(OFFICIAL) as Official[]);
  return [...wanted.map((name) => names[name]), ...services];
}

/** Those that are here already, else pulled, else built on the spot. */
async function fetchOfficial(dataDir: string, options: BuildOptions): Promise<ImageNames> {
  const { engine, only, report, signal } = options;
  const isHurried = only !== undefined && options.official === undefined;
  const wanted = options.official ?? (isHurried ? ['BASE_IMAGE'] : Object.keys(OFFICIAL));
  const docker = dockerAt(engine, { report, signal });
  const isHere = (image: string): Promise<boolean> =>
    docker('Looking for an image', ['image', 'inspect', '--format', 'ok', image]).then(
      () => true,
      () => false,
    );
  const names = { ...imageNames(dataDir) };
  let canPull = options.onTheSpot !== true;
  for (const name of wanted as readonly Official[]) {
    // What an earlier run found or built is good enough.
    if (isHurried && (await isHere(names[name]))) continue;
    const chosen = process.env[name] || undefined;
    const image = chosen ?? (canPull ? OFFICIAL[name] : names[name]);
    if ((chosen ?? OFFICIAL[name]) === image && (await isHere(image))) {
      names[name] = image;
      continue;
    }
    if (canPull || chosen !== undefined) {
      report(`Pulling ${image} …`);
      const failure = await docker(`Pulling ${image}`, ['pull', '--quiet', image], PULL_MS).then(
        () => undefined,
        (error: Error) => error,
      );
      signal.throwIfAborted();
      names[name] = image;
      if (failure === undefined) continue;
      if (chosen !== undefined)
        throw new Error(`${name} is ${image}, which is neither here nor can be pulled. ${failure.message}`);
      report(`It cannot be pulled: ${failure.message.trim().split('\n').at(-1)}`);
      report('So images are built on the spot, out of package registries.');
      canPull = false;
    }
    const since = performance.now();
    names[name] = await buildOnTheSpot(name, options);
    report(`Built ${names[name]} in ${((performance.now() - since) / 1000).toFixed(1)} s`);
  }
  return names;
}

async function gitRevision({ repoRoot, report, signal }: BuildOptions): Promise<string> {
  const git = which('git');
  if (git === undefined) return 'unknown';
  const options = { what: 'git', report, signal, cwd: repoRoot, timeoutMs: 10_000 };
  return run(git, ['rev-parse', 'HEAD'], options).then(
    (said) => said.trim(),
    () => 'unknown',
  );
}
