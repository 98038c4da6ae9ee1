import type { Client } from '../../../../client/client.ts';
import { ProblemError, UnreachableError } from '../../../../client/http/errors.ts';
import type { SendVideoPorts, SentVideo } from '../../../../client/send-video.ts';
import type { Film } from '../../../../client/uploads/film.ts';

type SendOptions = Parameters<Client['send']>[1];

export interface SendFilmPorts {
  client: Pick<Client, 'send'>;
  /** Resolves when another attempt may succeed, and rejects with the reason of the signal. */
  untilRecovered: (signal: AbortSignal) => Promise<void>;
  /** Called where the gateway cannot be reached, or refuses the film for now. It is sent again later. */
  onTrouble: (error: unknown) => void;
  signal: AbortSignal;
}

const PASSING: readonly number[] = [429, 503];

/** Whether the same upload may succeed later, without anybody doing anything about it. */
export const isPassing = (error: unknown): boolean =>
  isNotLoaded(error) ||
  error instanceof UnreachableError ||
  (error instanceof ProblemError && PASSING.includes(error.status));

/**
 * Sends a film, however long that takes: a laptop may be closed for days. The client itself gives up after some minutes.
 * @throws ProblemError, such as `invalid_token`; ClientError; what reading the file throws; the reason of the signal
 */
export async function sendFilm(
  film: Film,
  options: Omit<SendOptions, 'signal'> & Pick<SendVideoPorts, 'options'>,
  { client, untilRecovered, onTrouble, signal }: SendFilmPorts,
): Promise<SentVideo> {
  for (;;) {
    try {
      return await client.send(film, { ...options, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      onTrouble(error);
      await untilRecovered(signal);
    }
  }
}

/** A browser reports with a TypeError that it could not load the code of an `import()`. */
const isNotLoaded = (error: unknown): boolean =>
  error instanceof TypeError && /import|module|script/i.test(error.message);
