import type { Limits } from '../../../../accounts/session-view.ts';
import type { Found } from './look-at-film.ts';

/** A part of `FilmItem`. */
interface SeenFilm {
  /** Undefined until somebody has looked at the film. */
  found: Found | undefined;
  /** Bytes. */
  size: number;
}

/** Bytes that would be sent of a film. @param whole whether somebody has chosen to send all of each film */
export const bytesToSend = ({ found, size }: SeenFilm, whole: boolean): number =>
  whole ? size : (found?.plan?.file.size ?? size);

/** Whether the gateway would refuse an upload of this size. @param limits null where they are not known */
export const exceeds = (bytes: number, limits: Pick<Limits, 'max_upload_bytes'> | null): boolean =>
  limits !== null && bytes > limits.max_upload_bytes;
