import { isProblem } from '../../../../client/http/errors.ts';
import type { SentVideo } from '../../../../client/send-video.ts';
import { filmOf } from '../../../../client/uploads/film.ts';
import { client } from '../../api.ts';
import { account } from '../../session/state.ts';
import type { ChosenFile } from '../drop/chosen-file.ts';
import { changeFilm, type FilmItem, films, findFilm, isAt } from '../state.ts';
import { keepHandle } from '../storage/file-handles.ts';
import { accept } from './accept-film.ts';
import { untilRecovered } from './connection.ts';
import { planKeyOf } from './look-at-film.ts';
import { own, release } from './ownership.ts';
import { keepFilm } from './remember.ts';
import { sendFilm } from './send-film.ts';
import { createTimeLeft } from './time-left.ts';

/** Uploads at the same time. More would only share the same line. */
const UPLOADS = 2;

interface Upload {
  controller: AbortController;
  done: Promise<void>;
}
const running = new Map<string, Upload>();

/** Puts films into the queue: those that were found, paused, or that failed. */
export async function queueFilm(id: string, change: Partial<FilmItem> = {}): Promise<void> {
  // It may have been stopped just now.
  await running.get(id)?.done;
  if (!(await own(id))) {
    changeFilm(id, { stage: { name: 'elsewhere' } });
    return;
  }
  const item = findFilm(id);
  // Somebody may have removed it meanwhile.
  if (!item) return release(id);
  changeFilm(id, { ...change, stage: { name: 'waiting' } });
  keepFilm(id);
  if (item.handle) void keepHandle(id, item.handle);
  sendNext();
}

/** Goes on with a film of which the file was chosen again. */
export const goOnWith = (id: string, { file, handle }: ChosenFile): Promise<void> =>
  queueFilm(id, { film: filmOf(file), handle });

/** Sends what waits, as far as there are places. */
export function sendNext(): void {
  if (account.value === null || account.value === 'unknown') return;
  const waiting = films.value.filter((film) => isAt('waiting')(film) && film.film !== undefined);
  for (const { id } of waiting.slice(0, Math.max(0, UPLOADS - running.size))) {
    const controller = new AbortController();
    changeFilm(id, { stage: { name: 'sending' } });
    const done = send(id, controller.signal).finally(() => {
      running.delete(id);
      sendNext();
    });
    running.set(id, { controller, done });
  }
}

/** Ends an upload that is running. Nothing that has arrived is lost. */
export const stopSending = (id: string): void => running.get(id)?.controller.abort();

async function send(id: string, signal: AbortSignal): Promise<void> {
  try {
    const sent = await sendItem(id, signal);
    signal.throwIfAborted();
    await accept(id, sent);
  } catch (error) {
    // Whoever has stopped it has changed its stage.
    if (!signal.aborted) fail(id, error);
  }
}

async function sendItem(id: string, signal: AbortSignal): Promise<SentVideo> {
  const item = findFilm(id);
  if (!item?.film) throw new Error('a film without a file was to be sent');
  const { options, whole } = item;
  const timeLeft = createTimeLeft(() => performance.now());
  const change = (part: Partial<FilmItem>) => {
    if (!signal.aborted) changeFilm(id, part);
  };
  return sendFilm(
    item.film,
    {
      ...{ options, whole, plan: planOf(item) },
      onFingerprint(fingerprint) {
        change({ fingerprint });
        keepFilm(id);
      },
      onWait: () => change({ stage: { name: 'sending', isWaitingForTab: true } }),
      onSending({ size }) {
        // Of the same bytes, some may have arrived before.
        const sent = findFilm(id)?.toSend === size ? {} : { sent: 0 };
        change({ toSend: size, ...sent, stage: { name: 'sending' } });
      },
      onProgress(sent) {
        const secondsLeft = timeLeft.update(sent, findFilm(id)?.toSend ?? sent);
        change({ sent, stage: { name: 'sending', secondsLeft } });
        keepFilm(id);
      },
      onWhole: () => change({ isSecondTry: true }),
      onRetry: (trouble) => change({ stage: { name: 'sending', trouble } }),
    },
    {
      client,
      untilRecovered,
      signal,
      onTrouble: (trouble) => change({ stage: { name: 'sending', trouble } }),
    },
  );
}

/** The plan of the look at the film, where it still fits. */
function planOf({ found, options }: FilmItem) {
  return found?.planKey === planKeyOf(options) ? async () => found.plan : undefined;
}

function fail(id: string, error: unknown): void {
  // The session has ended by then, and the film waits until somebody has signed in again.
  const hasEnded = isProblem(error, 'invalid_token') && account.value === null;
  changeFilm(id, { stage: hasEnded ? { name: 'waiting' } : { name: 'failed', error } });
  keepFilm(id);
}
