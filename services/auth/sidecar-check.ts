import { unavailable } from '../shared/runtime/errors.ts';

interface Options {
  DAPR_HOST: string;
  DAPR_HTTP_PORT: number;
  DAPR_API_TOKEN?: string | undefined;
}

/** Auth asks nothing else of its sidecar, so it does without the Dapr client and its memory. @throws AppError `unavailable` */
export async function checkSidecar(options: Options, signal: AbortSignal): Promise<void> {
  const { DAPR_HOST, DAPR_HTTP_PORT, DAPR_API_TOKEN } = options;
  const url = `http://${DAPR_HOST}:${DAPR_HTTP_PORT}/v1.0/healthz/outbound`;
  const headers: Record<string, string> = DAPR_API_TOKEN ? { 'dapr-api-token': DAPR_API_TOKEN } : {};
  const reply = await fetch(url, { headers, signal });
  await reply.body?.cancel();
  if (!reply.ok) throw unavailable('the Dapr sidecar');
}
