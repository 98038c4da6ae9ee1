import type { Log } from '../runtime/log.ts';
import { retry } from '../runtime/retry.ts';
import type { Sidecar } from './sidecar.ts';
import { RawBytesRefused } from './use-raw-bytes.ts';

const PAUSE_MS = 500;

/**
 * Saves bytes as they are as soon as a trial has shown that the store keeps them, and logs how they are saved. It runs in the
 * background: the service is ready meanwhile, and saves in base64, as it does for good with the encoding `base64`.
 */
export function saveRawBytes(
  sidecar: Pick<Sidecar, 'useRawBytes'>,
  options: { encoding: 'auto' | 'base64'; stoppingSignal: AbortSignal; log: Log },
): void {
  const { encoding, stoppingSignal, log } = options;
  if (encoding === 'base64') {
    log.info('blobs are saved in base64, as BLOB_ENCODING says');
    return;
  }
  const attempt = async () => {
    stoppingSignal.throwIfAborted();
    await sidecar.useRawBytes(stoppingSignal);
  };
  const isRetryable = (error: unknown) => !(error instanceof RawBytesRefused) && !stoppingSignal.aborted;
  retry(attempt, { pauseMs: PAUSE_MS, signal: stoppingSignal, isRetryable }).then(
    () => log.info('blobs are saved as they are'),
    (error: Error) => {
      if (!stoppingSignal.aborted) log.info(`blobs are saved in base64: ${error.message}`);
    },
  );
}
