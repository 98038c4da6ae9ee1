import { which } from '../process/which.ts';
import { dockerAt, type Engine, type EngineOptions, NoEngine, WITHOUT_BRIDGE } from './docker-client.ts';
import { startPrivateEngine } from './private-engine.ts';

/** Returns the running Docker engine, or else starts a private one that runs until stop(). Throws {@link NoEngine}. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  return (await runningEngine(options)) ?? startPrivateEngine(options);
}

/** Returns the engine that DOCKER_HOST or docker's current context names, if it answers. */
async function runningEngine(options: EngineOptions): Promise<Engine | undefined> {
  const docker = which('docker');
  if (docker === undefined) return undefined;
  const call = dockerAt({ docker, env: process.env }, options);
  const answers = await call('Asking Docker for its version', ['version', '--format', 'ok'], 10_000).then(
    () => true,
    () => false,
  );
  options.signal.throwIfAborted();
  if (!answers) {
    const { DOCKER_HOST } = process.env;
    // DOCKER_HOST names one engine explicitly, so no other one takes its place.
    if (DOCKER_HOST) throw new NoEngine(`No Docker engine answers at DOCKER_HOST, ${DOCKER_HOST}.`);
    return undefined;
  }
  const inContext = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  const host =
    process.env.DOCKER_HOST || (await call('Asking Docker for its address', inContext, 10_000)).trim();
  const buildArgs = await call('Asking Docker for its bridge', ['network', 'inspect', 'bridge'], 10_000).then(
    () => [],
    () => WITHOUT_BRIDGE,
  );
  const env = { ...process.env, DOCKER_HOST: host };
  return { docker, host, env, isPrivate: false, buildArgs, stop: async () => {} };
}
