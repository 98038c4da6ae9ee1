import type { ConversionSpeed } from '../capacity/conversion-speed.ts';
import type { Transcode } from '../transcode/transcode.ts';

/** Adds the time of each successful conversion that began with its attempt, until its MP3 is verified, to the average. */
export const measureSpeed =
  (transcode: Transcode, speed: Pick<ConversionSpeed, 'record'>): Transcode =>
  async (request) => {
    const begun = performance.now();
    const encoded = await transcode(request);
    if (encoded.wasEarly) return encoded;
    return {
      ...encoded,
      async verify() {
        const verified = await encoded.verify();
        const seconds = (performance.now() - begun) / 1000;
        const isNormalized = request.options.normalize !== undefined;
        speed.record({ soundSeconds: verified.seconds, seconds, isNormalized });
        return verified;
      },
    };
  };
