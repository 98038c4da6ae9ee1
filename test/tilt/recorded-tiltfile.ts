import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findGo } from '../../deploy/local/tools/go.ts';
import { readDockerfile } from './dockerfile.ts';
import { buildInterpreter, type Call, recordCalls } from './interpreter.ts';
import { type Manifest, overlay } from './overlay.ts';

// The Tiltfile, run once by the interpreter, and its calls.

export const repoRoot = path.resolve(import.meta.dirname, '../..');
export const tiltfile = path.join(repoRoot, 'tilt', 'Tiltfile');
const go = findGo();
const skip =
  go === undefined && 'NOT TESTED: tilt/Tiltfile, because Go, which builds the interpreter, is missing';
/** Options of every test: skips it without Go. */
export const options = { skip } as const;
if (skip) console.error(skip);

/** What functions that read their environment return, such as os.getenv(). */
export const ANSWERS = {
  'kustomize ../deploy/kubernetes/overlays/minikube': JSON.stringify(overlay),
  k8s_context: 'minikube',
  'os.getenv MP3CONVERTER_CONTEXT': '',
};
export const signal = AbortSignal.timeout(15 * 60_000);
export const interpreter = go === undefined ? '' : await buildInterpreter(go, console.error, signal);
const calls: Call[] = go === undefined ? [] : await recordCalls(interpreter, tiltfile, ANSWERS, signal);

/** The arguments of every call of a function. */
export const callsOf = (name: string): Call['arguments'][] =>
  calls.filter((call) => call.function === name).map((call) => call.arguments);
export const imageOf = (service: string): Call['arguments'] =>
  callsOf('docker_build').find(({ ref }) => ref === `mp3converter/${service}`) as Call['arguments'];
export const resourceOf = (name: string): Call['arguments'] =>
  callsOf('k8s_resource').find(
    (made) => made.workload === name || made.new_name === name,
  ) as Call['arguments'];
/** The arguments of the live_update steps of a service that call this function. */
export const stepsOf = (service: string, name: string): Call['arguments'][] =>
  imageOf(service)
    .live_update.filter((step: Call) => step.function === name)
    .map((step: Call) => step.arguments);
export const dockerfileOf = (service: string) =>
  readDockerfile(readFileSync(path.join(repoRoot, 'deploy/docker/Dockerfile'), 'utf8'), service);
/** A path that the Tiltfile names, relative to the repository. */
export const inRepo = (file: string): string =>
  path.relative(repoRoot, path.resolve(path.dirname(tiltfile), file));

/** The objects that the Tiltfile deploys. */
export const objects: Manifest[] = JSON.parse(callsOf('k8s_yaml')[0]?.yaml ?? '[]');
