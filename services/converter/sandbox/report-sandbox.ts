import { Gauge, type Registry } from 'prom-client';
import type { Log } from '../../shared/runtime/log.ts';
import type { OpenedSandbox, SandboxMode } from './open-sandbox.ts';
import { LAYERS, type Sandbox } from './sandbox.ts';

/** What `/readyz` says of the sandbox. */
export interface SandboxState {
  layers: readonly string[];
  landlock_abi?: number;
}

export const sandboxState = ({ layers, landlockVersion }: Sandbox): SandboxState => ({
  layers,
  ...(landlockVersion !== undefined && { landlock_abi: landlockVersion }),
});

/** Adds a metric that has the value 1 for each layer in force, and 0 for each other one. */
export function countLayers({ layers }: Sandbox, registry: Registry): void {
  const gauge = new Gauge({
    name: 'mp3converter_sandbox_layer',
    help: 'Whether this layer of the sandbox round ffmpeg and ffprobe is in force',
    labelNames: ['layer'],
    registers: [registry],
  });
  for (const layer of LAYERS) gauge.set({ layer }, layers.includes(layer) ? 1 : 0);
}

/** Logs once what is in force, as a warning where the mode asked for more. */
export function logSandbox({ sandbox, missing }: OpenedSandbox, mode: SandboxMode, log: Log): void {
  const state = { sandbox: sandboxState(sandbox), ...(missing.length > 0 && { missing }) };
  const hidesFiles = sandbox.layers.includes('namespaces') || sandbox.layers.includes('landlock');
  if (sandbox.layers.length > 0 && !hidesFiles) {
    log.warn(
      state,
      'ffmpeg and ffprobe may open all files that this process may open: only their system calls are filtered; SANDBOX=required refuses to start then',
    );
  } else if (sandbox.layers.length > 0) {
    log.info(state, `ffmpeg and ffprobe run in a sandbox: ${sandbox.layers.join(', ')}`);
  } else if (mode === 'off') {
    log.info(state, 'the sandbox is off: ffmpeg and ffprobe may do all that this process may do');
  } else {
    log.warn(
      state,
      'there is no sandbox here: ffmpeg and ffprobe may do all that this process may do; SANDBOX=required refuses to start then',
    );
  }
}
