import type { Launched } from '../../deploy/local/launch.ts';
import { connectSidecar, type Sidecar } from '../../services/shared/sidecar.ts';

export interface Bench {
  launched: Launched;
  runs: number;
  signal: AbortSignal;
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const start = performance.now();
  const result = await work();
  return [(performance.now() - start) / 1000, result];
}

/** The gateway's sidecar, as the gateway sees it. */
export function gatewaySidecar({ launched: { system } }: Bench): Sidecar {
  const port = system.apps.gateway.daprHttpPort;
  return connectSidecar({ host: '127.0.0.1', port, apiToken: system.tokens.daprApi });
}
