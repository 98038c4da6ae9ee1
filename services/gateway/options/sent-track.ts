import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { AppError } from '../../shared/runtime/errors.ts';

/**
 * Throws `invalid_option` where the options need a part of the film that the client has not sent. Where only the sound of one
 * track was sent, there is no other sound and no picture. Where the gateway has kept only the sound of a film, there is no picture. The track may be named as for the first conversion, or by its position.
 */
export function requireSentTrack(
  { track, cover }: ConversionOptions,
  { source, options }: Pick<Job, 'source' | 'options'>,
): void {
  if (source.kept === 'sound' && cover === 'frame') throw pictureNotKept();
  if (source.original === null) return;
  const { track: sent } = source.original;
  if (cover === 'frame') throw notSent(sent, 'leave out cover=frame, which needs the picture');
  if (track !== options.track && track !== sent) throw notSent(sent, `give track=${sent} for it`);
}

const pictureNotKept = (): AppError =>
  new AppError(
    'invalid_option',
    'only the sound of this film was kept: leave out cover=frame, which needs the picture, or upload the film again with it',
  );

const notSent = (sent: number, why: string): AppError =>
  new AppError(
    'invalid_option',
    `only the sound of track ${sent} was sent: ${why}, or send the whole file again with --whole`,
  );
