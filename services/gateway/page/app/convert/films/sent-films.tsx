import { useRef } from 'preact/hooks';
import { t } from '../../text/language.ts';
import { isAt, sentFilms } from '../state.ts';
import { FilmList } from './film-list.tsx';
import { useFocusAfter } from './keep-focus.ts';
import { SentFilm } from './sent-film.tsx';

/** The films that are on their way to the server, or would be. */
export const SentFilms = () => (sentFilms.value.length > 0 ? <SentList /> : null);

function SentList() {
  const section = useRef<HTMLElement>(null);
  useFocusAfter(section, 'choose-films');
  return (
    <section class="card sending" ref={section} aria-labelledby="sending-title">
      <h2 id="sending-title" tabIndex={-1}>
        {t('convert.sending')}
      </h2>
      <FilmList films={sentFilms.value} isNotable={(film) => !isAt('waiting')(film)} Row={SentFilm} />
    </section>
  );
}
