import { dropFilm, type FilmItem, findFilm } from '../state.ts';
import { forgetHandle } from '../storage/file-handles.ts';
import type { FilmRecord } from '../storage/film-records.ts';
import { records } from '../storage/kept.ts';
import { release } from './ownership.ts';

/** Keeps what a later visit has to know of a film. */
export function keepFilm(id: string): void {
  const item = findFilm(id);
  if (!item?.owner) return;
  const { owner, name, size, lastModified, options, whole, began, sent, toSend, fingerprint, stage } = item;
  const job = stage.name === 'accepted' ? stage.job : undefined;
  records.save({
    id,
    owner,
    name,
    size,
    lastModified,
    options,
    whole,
    began,
    sent,
    toSend,
    fingerprint,
    job,
  });
}

/** Forgets a film, here and in the browser. */
export function forgetFilm(id: string): void {
  records.remove(id);
  void forgetHandle(id);
  dropFilm(id);
  release(id);
}

/** A film that an earlier visit or another tab has begun. */
export const itemOf = ({ job, at: _, ...record }: FilmRecord): FilmItem => ({
  ...record,
  fingerprint: record.fingerprint,
  ...{ film: undefined, handle: undefined, found: undefined, own: {}, isSecondTry: false },
  stage: job === undefined ? { name: 'missing' } : { name: 'accepted', job },
});
