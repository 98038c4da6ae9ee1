import { t } from '../../text/language.ts';
import { sentFilms } from '../state.ts';
import { SentFilm } from './sent-film.tsx';

/** The films that are on their way to the server, or would be. */
export function SentFilms() {
  const films = sentFilms.value;
  if (films.length === 0) return null;
  return (
    <section class="card sending" aria-labelledby="sending-title">
      <h2 id="sending-title" tabIndex={-1}>
        {t('convert.sending')}
      </h2>
      <ul class="films">
        {films.map((film) => (
          <SentFilm key={film.id} film={film} />
        ))}
      </ul>
    </section>
  );
}
