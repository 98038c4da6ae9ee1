import { createReadStream } from 'node:fs';
import type { Launched } from '../../deploy/local/launch.ts';
import { connectSidecar, type Sidecar } from '../../services/shared/dapr/sidecar.ts';
import { type Account, client } from '../support/client.ts';

const MIB = 1024 ** 2;

/** What each part of the benchmark works with. */
export interface Bench {
  launched: Launched;
  /** The state store, as `--blobs` names it. */
  blobs: string;
  /** The system writes to `.data` in this folder. */
  stateRoot: string;
  /** The folder for the test films, which is deleted after the run. */
  filmDir: string;
  /** How often each measurement is repeated. */
  runs: number;
  signal: AbortSignal;
}

/** A connection to the gateway's sidecar, with the gateway's token. */
export function gatewaySidecar({ launched: { system } }: Bench): Sidecar {
  const { daprHttpPort, daprGrpcPort } = system.apps.gateway;
  return connectSidecar({
    host: '127.0.0.1',
    port: daprHttpPort,
    grpcPort: daprGrpcPort,
    apiToken: system.tokens.daprApi,
  });
}

export const apiOf = ({ launched }: Bench) => client(launched.system.gatewayUrl);

/** Uploads a video as a stream. Returns the job's id, and throws for every status but 202. */
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
