import { createReadStream } from 'node:fs';
import type { Launched } from '../../deploy/local/launch.ts';
import { connectSidecar, type Sidecar } from '../../services/shared/dapr/sidecar.ts';
import { type Account, client } from '../support/client.ts';

const MIB = 1024 ** 2;

export interface Bench {
  launched: Launched;
  /** Its `.data` holds all that the system writes. */
  stateRoot: string;
  runs: number;
  signal: AbortSignal;
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What a row of a table was expected to show. A row that does not show it says so. */
export const expected = (isMet: boolean, what: string): string =>
  `${isMet ? '' : 'MISSED '}(expected ${what})`;

/** The median, and all that it is of. */
export const spread = (values: number[]) =>
  `${median(values).toFixed(2)} s (${values.map((v) => v.toFixed(2)).join(', ')})`;

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

export const apiOf = ({ launched }: Bench) => client(launched.system.gatewayUrl);

export async function upload({ launched, signal }: Bench, account: Account, path: string): Promise<string> {
  const response = await fetch(`${launched.system.gatewayUrl}/upload?filename=bench`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.token}`, 'content-type': 'video/mp4' },
    body: createReadStream(path, { highWaterMark: MIB }),
    duplex: 'half',
    signal,
  });
  if (response.status !== 202) throw new Error(`upload: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}
