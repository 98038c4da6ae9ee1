import type { Log } from '../runtime/log.ts';
import { retry } from '../runtime/retry.ts';
import type { Sidecar } from './sidecar.ts';
import { RawBytesRefused } from './use-raw-bytes.ts';

const PAUSE_MS = 500;

/**
 * Fits the writes of this process to the store that it finds: how many go at a time, and whether bytes are saved as they are,
 * which is logged. It runs in the background: the service is ready meanwhile, and saves in base64, as it does for good with the
 * encoding `base64`.
 */
export function fitToStore(
  sidecar: Pick<Sidecar, 'limitWrites' | 'useRawBytes'>,
  options: { encoding: 'auto' | 'base64'; stoppingSignal: AbortSignal; log: Log },
): void {
  const { encoding, stoppingSignal, log } = options;
  const attempt = async () => {
    stoppingSignal.throwIfAborted();
    await sidecar.limitWrites(stoppingSignal);
    if (encoding === 'base64') throw new RawBytesRefused('BLOB_ENCODING says so');
    await sidecar.useRawBytes(stoppingSignal);
  };
  const isRetryable = (error: unknown) => !(error instanceof RawBytesRefused) && !stoppingSignal.aborted;
  const onRetry = (err: unknown) => log.debug({ err }, 'it is not known yet how the store keeps bytes');
  retry(attempt, { pauseMs: PAUSE_MS, signal: stoppingSignal, isRetryable, onRetry }).then(
    () => log.info('blobs are saved as they are'),
    (error: Error) => {
      if (!stoppingSignal.aborted) log.info(`blobs are saved in base64: ${error.message}`);
    },
  );
}
