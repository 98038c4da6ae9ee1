import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type DockerSecrets, writeDockerSecrets } from '../../deploy/docker/docker-secrets.ts';
import { imageNames } from '../../deploy/docker/image-names.ts';
import { type ComposeFile, readComposeFile, type ServiceSpec } from './compose-file.ts';

/** What is needed to start containers of one test run. */
export interface RunContext {
  compose: ComposeFile;
  secrets: DockerSecrets;
  stateDir: string;
  /** The value of the label of everything that is started. */
  run: string;
  logsDir: string;
  specOf(name: string): ServiceSpec;
  networkOf(name: string): string;
  /** Names of the networks of a service in compose.yaml. */
  networksOf(name: string): string[];
}

/** Writes the secrets, and reads compose.yaml with them. */
export function createRunContext(options: { repoRoot: string; stateDir: string; run: string }): RunContext {
  const { repoRoot, stateDir, run } = options;
  const logsDir = path.join(stateDir, 'logs');
  mkdirSync(logsDir, { recursive: true, mode: 0o700 });
  const secrets = writeDockerSecrets({ dataDir: stateDir });
  const compose = readComposeFile(path.join(repoRoot, 'deploy/docker/compose.yaml'), {
    ...imageNames(path.join(repoRoot, '.data')),
    ...secrets.env,
    PUBLIC_URL: 'http://gateway.example',
  });
  for (const spec of Object.values(compose.services))
    spec.volumes = spec.volumes.map((volume) => withSecretsFile(volume, secrets.secretsFile));
  const specOf = (name: string): ServiceSpec => compose.services[name] as ServiceSpec;
  const networkOf = (name: string): string => `mp3converter-test-${run}-${name}`;
  const networksOf = (name: string): string[] => specOf(name).networks.map(networkOf);
  return { compose, secrets, stateDir, run, logsDir, specOf, networkOf, networksOf };
}

/** Mounts this run's secrets in place of those of `npm run compose`. */
const withSecretsFile = (volume: string, secretsFile: string): string =>
  volume.includes('/.data/docker/secrets.json:')
    ? `${secretsFile}:${volume.split(':').slice(1).join(':')}`
    : volume;
