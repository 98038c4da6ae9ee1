import { unavailable } from '../runtime/errors.ts';
import { PATHS, sidecarHeaders } from './names.ts';

interface SidecarAddress {
  DAPR_HOST: string;
  DAPR_HTTP_PORT: number;
  DAPR_API_TOKEN?: string | undefined;
}

/**
 * Throws `unavailable` unless the sidecar and its components answer. A service that needs nothing else from its sidecar uses
 * this, and saves the memory of the Dapr client.
 */
export async function checkSidecar(sidecar: SidecarAddress, signal: AbortSignal): Promise<void> {
  const { DAPR_HOST, DAPR_HTTP_PORT, DAPR_API_TOKEN } = sidecar;
  const url = `http://${DAPR_HOST}:${DAPR_HTTP_PORT}${PATHS.outboundHealth}`;
  const reply = await fetch(url, { headers: sidecarHeaders(DAPR_API_TOKEN), signal });
  await reply.body?.cancel();
  if (!reply.ok) throw unavailable('the Dapr sidecar');
}
