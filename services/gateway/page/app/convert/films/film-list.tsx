import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../../text/language.ts';
import type { FilmItem } from '../state.ts';
import { foldFilms, MAX_SHOWN } from './fold.ts';

interface FilmListProps {
  films: readonly FilmItem[];
  /** Whether a film is listed even among many others. */
  isNotable: (film: FilmItem) => boolean;
  Row: FunctionComponent<{ film: FilmItem }>;
}

/** Films, of which some are folded away where there are many. */
export function FilmList({ films, isNotable, Row }: FilmListProps) {
  const isOpen = useSignal(false);
  const id = useId();
  const shown = isOpen.value ? films : foldFilms(films, isNotable);
  return (
    <>
      {films.length > MAX_SHOWN && (
        <button
          type="button"
          class="quiet-button more-toggle"
          aria-expanded={isOpen.value}
          aria-controls={id}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          {t('convert.show_all', { count: films.length })}
        </button>
      )}
      <ul class="films" id={id}>
        {shown.map((film) => (
          <Row key={film.id} film={film} />
        ))}
      </ul>
    </>
  );
}
