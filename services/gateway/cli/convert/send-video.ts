import { randomUUID } from 'node:crypto';
import { formatDuration, formatSize } from '../../../shared/runtime/format.ts';
import type { Clock } from '../../client/http/clock.ts';
import type { Session } from '../../client/session/session.ts';
import { uploadVideo } from '../../client/uploads/plain-upload.ts';
import { messageOf } from '../errors.ts';
import { type VideoFile, videoOf } from '../files/video.ts';
import type { Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';
import { createProgressMeter } from './progress-meter.ts';

export interface SendPorts {
  clock: Clock;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Uploads a video, shows the progress, and returns the id of its job. `options` are query parameters of the upload. */
export async function sendVideo(
  session: Session,
  file: VideoFile,
  options: Record<string, string>,
  { clock, reporter, signal }: SendPorts,
): Promise<string> {
  const name = printable(file.name);
  const meter = createProgressMeter(file.size, clock);
  const show = reporter.progress(`Sending ${name}`);
  const uploading = uploadVideo(session, videoOf(file), {
    key: randomUUID(),
    options,
    clock,
    signal,
    onProgress: (bytes) => {
      meter.update(bytes);
      show(meter.share(), meter.describe);
    },
    onRetry: (error, seconds) =>
      reporter.info(`${messageOf(error)} Trying again in ${formatDuration(seconds)}.`),
  });
  const { id, status } = await uploading.catch((error: unknown) => {
    if (signal.aborted && meter.share() === 1) reporter.info(unconfirmed(name));
    throw error;
  });
  const note = status === 'done' ? '; it was converted before' : '';
  reporter.info(`Sent ${name}, ${formatSize(file.size)}: job ${id}${note}`);
  return id;
}

const unconfirmed = (name: string): string =>
  `${name} was sent completely, but the gateway had not confirmed it yet. If the gateway accepted it, you will get a mail.`;
