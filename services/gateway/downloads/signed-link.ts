import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../shared/runtime/errors.ts';

export interface SignedLinks {
  /** Returns a URL that downloads the MP3 of this one job without a login, until `expires`. */
  sign(jobId: string, expires: Date): string;
  /** Throws `forbidden` for a link with an invalid signature, and `expired` for an old link. */
  verify(jobId: string, query: { expires: string; signature: string }): void;
}

/** `now` returns milliseconds since the epoch. */
export function createSignedLinks(
  publicUrl: string,
  secret: string,
  now: () => number = Date.now,
): SignedLinks {
  const mac = (jobId: string, expires: string) =>
    createHmac('sha256', secret).update(`download\n${jobId}\n${expires}`).digest('base64url');

  return {
    sign(jobId, expires) {
      const seconds = String(Math.floor(expires.getTime() / 1000));
      const url = new URL(`${publicUrl.replace(/\/+$/, '')}/download/${jobId}`);
      url.searchParams.set('expires', seconds);
      url.searchParams.set('signature', mac(jobId, seconds));
      return url.href;
    },
    verify(jobId, { expires, signature }) {
      // The texts are compared, because a decoder ignores some bits of the last character, and characters that it does not know.
      const given = Buffer.from(signature);
      const expected = Buffer.from(mac(jobId, expires));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new AppError('forbidden', 'this link is not valid; copy it whole from the mail, or log in');
      }
      if (Number(expires) * 1000 <= now()) throw new AppError('expired', 'this link has expired');
    },
  };
}
