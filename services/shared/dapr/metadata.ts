import { z } from 'zod';
import { startDeadline } from '../runtime/deadline.ts';
import { unavailable } from '../runtime/errors.ts';
import type { BindingPorts } from './mail-binding.ts';
import { PATHS } from './names.ts';

const TIMEOUT_MS = 10_000;

const sidecarMetadata = z.object({
  /** The version of Dapr. */
  runtimeVersion: z.string().optional(),
  /** Those that this app may use. */
  components: z
    .array(z.object({ name: z.string(), type: z.string(), version: z.string().default('') }))
    .nullish()
    .transform((components) => components ?? []),
});

/** What a sidecar says of itself. A component is left out where its scopes do not name the app. */
export type SidecarMetadata = z.output<typeof sidecarMetadata>;

/** See `Sidecar.metadata`. */
export async function readMetadata(
  { http, origin, headers }: BindingPorts,
  signal: AbortSignal | undefined,
): Promise<SidecarMetadata> {
  using deadline = startDeadline(TIMEOUT_MS, signal);
  try {
    const reply = await http.request({
      method: 'GET',
      origin,
      path: PATHS.metadata,
      headers,
      signal: deadline.signal,
    });
    if (reply.statusCode >= 300) throw new Error(`the sidecar answered ${reply.statusCode}`);
    return sidecarMetadata.parse(await reply.body.json());
  } catch (cause) {
    throw unavailable('the sidecar', cause);
  }
}
