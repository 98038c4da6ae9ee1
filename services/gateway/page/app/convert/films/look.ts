import { effect } from '@preact/signals';
import { createSemaphore } from '../../../../../shared/runtime/semaphore.ts';
import { isProblem } from '../../../../client/http/errors.ts';
import { client } from '../../api.ts';
import { account } from '../../session/state.ts';
import { settings } from '../options/settings.ts';
import { changeFilm, chosenFilms, type FilmItem, findFilm } from '../state.ts';
import { lookAt, planKeyOf } from './look-at-film.ts';

/** Films that are looked at at the same time. Each is read from the disk, and asks the gateway. */
const places = createSemaphore(2);
const looks = new Map<string, AbortController>();

const optionsFor = ({ own }: FilmItem) => ({ ...settings.value.options, ...own });

/** Finds out what a film is. Ends an earlier look at the same film. */
export async function look(id: string, { isForced = false } = {}): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  looks.get(id)?.abort();
  looks.set(id, controller);
  changeFilm(id, { stage: { name: 'reading' } });
  try {
    await places.run(async () => {
      const item = findFilm(id);
      if (!item?.film || account.value === null) return;
      const seen = await lookAt(item.film, optionsFor(item), { client, isForced, signal });
      signal.throwIfAborted();
      if (seen.kind === 'found') changeFilm(id, { found: seen.found, stage: { name: 'found' } });
      else changeFilm(id, { stage: { ...seen, name: 'useless' } });
    }, signal);
  } catch (error) {
    if (signal.aborted) return;
    // Whoever has to sign in again finds the film as it is.
    if (!isProblem(error, 'invalid_token'))
      changeFilm(id, { stage: { name: 'useless', fault: faultOf(error), mayBeWrong: true } });
  } finally {
    if (looks.get(id) === controller) looks.delete(id);
  }
}

export const stopLooking = (id: string): void => looks.get(id)?.abort();

function faultOf(error: unknown): { code: string; detail: string } {
  const isUnreadable = error instanceof DOMException;
  return {
    code: isUnreadable ? 'unreadable' : 'unknown',
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** Looks at films that nobody has looked at, and again at those of which other bytes would be sent with the options of now. */
export function startLooking(): () => void {
  return effect(() => {
    for (const item of chosenFilms.value) if (needsLook(item)) queueMicrotask(() => lookIfNeeded(item.id));
  });
}

/** The effect runs at each change of any film, and so it asks many times before the first look begins. */
function lookIfNeeded(id: string): void {
  const item = findFilm(id);
  if (item && needsLook(item)) void look(id);
}

function needsLook(item: FilmItem): boolean {
  const { stage, found, id } = item;
  if (stage.name === 'reading') return !looks.has(id) && account.value !== null;
  return stage.name === 'found' && found?.planKey !== planKeyOf(optionsFor(item));
}
