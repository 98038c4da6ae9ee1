import { formatDuration, formatSize } from '../../../shared/runtime/format.ts';
import type { Clock } from '../../client/http/clock.ts';
import { type SentVideo, sendVideo as sendFilm } from '../../client/send-video.ts';
import type { Session } from '../../client/session/session.ts';
import type { UploadStore } from '../../client/uploads/upload-store.ts';
import { messageOf } from '../errors.ts';
import { openFilm } from '../files/open-film.ts';
import type { VideoFile } from '../files/video.ts';
import type { Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';
import { createProgressMeter, type ProgressMeter } from './progress-meter.ts';

/** Of most films the sound is found sooner, and there is nothing to show. */
const QUICK_MS = 1_000;

export interface SendPorts {
  clock: Clock;
  reporter: Reporter;
  /** Remembers uploads, so that a later run can resume. */
  uploads: UploadStore;
  signal: AbortSignal;
}

export interface SendOptions {
  /** Query parameters of the upload. */
  options: Record<string, string>;
  /** Whether all of the film is sent, although its sound would be enough. */
  whole: boolean;
}

/** Sends the sound of a film, or all of it, and shows the progress. */
export async function sendVideo(
  session: Session,
  file: VideoFile,
  { options, whole }: SendOptions,
  { clock, reporter, uploads, signal }: SendPorts,
): Promise<SentVideo> {
  const name = printable(file.name);
  let meter: ProgressMeter | undefined;
  let show = reporter.progress(`Reading ${name}`);
  const began = clock.now();
  await using film = await openFilm(file);
  const sending = sendFilm(session, film, {
    ...{ options, whole, uploads, clock, signal, streaming: true },
    onPlanning: (bytes) => {
      if (clock.now() - began > QUICK_MS) show(undefined, () => `${formatSize(bytes)}, to find its sound`);
    },
    onSending: ({ kind, size, filmSize }) => {
      meter = createProgressMeter(size, clock);
      if (kind === 'sound') {
        reporter.info(`Sending the sound of ${name}: ${formatSize(size)} of ${formatSize(filmSize)}`);
      }
      show = reporter.progress(`Sending ${name}`);
    },
    onProgress: (bytes) => {
      meter?.update(bytes);
      show(meter?.share(), () => meter?.describe() ?? '');
    },
    onResume: (bytes) => reporter.info(`Resuming ${name}: ${formatSize(bytes)} were sent before.`),
    onWait: () => reporter.info(`Another run is sending ${name}; waiting for it.`),
    onWhole: (reason) =>
      reporter.info(
        `Nothing could be made of the sound of ${name} alone (${printable(reason)}). Sending all of it.`,
      ),
    onRetry: (error, seconds) =>
      reporter.info(`${messageOf(error)} Trying again in ${formatDuration(seconds)}.`),
  });
  const sent = await sending.catch((error: unknown) => {
    if (signal.aborted && meter?.share() === 1) reporter.info(unconfirmed(name));
    throw error;
  });
  reporter.info(describeSent(name, sent));
  return sent;
}

function describeSent(name: string, { id, status, size, isEarlier }: SentVideo): string {
  const note = status === 'done' ? '; it was converted before' : isEarlier ? '; it was sent before' : '';
  return `Sent ${name}, ${formatSize(size)}: job ${id}${note}`;
}

const unconfirmed = (name: string): string =>
  `${name} was sent completely, but the gateway had not confirmed it yet. If the gateway accepted it, you will get a mail.`;
