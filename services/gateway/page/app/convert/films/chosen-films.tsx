import { useRef } from 'preact/hooks';
import { showError } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { chosenFilms, isAt } from '../state.ts';
import { ChosenFilm } from './chosen-film.tsx';
import { convertAll, faultsOf } from './controls.ts';
import { SettingsForm } from './settings-form.tsx';

/** The films that were found, how they are converted, and the button that begins it. */
export function ChosenFilms() {
  const form = useRef<HTMLFormElement>(null);
  const films = chosenFilms.value;
  if (films.length === 0) return null;
  const found = films.filter(isAt('found'));
  const isReady = found.length > 0 && !films.some(isAt('reading'));

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (found.some((film) => faultsOf(film).length > 0)) {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await convertAll();
    document.getElementById('sending-title')?.focus();
  };

  return (
    <form class="card chosen" ref={form} noValidate onSubmit={(event) => void submit(event).catch(showError)}>
      <h2>{t('convert.found')}</h2>
      <ul class="films">
        {films.map((film) => (
          <ChosenFilm key={film.id} film={film} />
        ))}
      </ul>
      {found.length > 0 && <SettingsForm />}
      <div class="chosen-end">
        <button type="submit" class="primary" disabled={!isReady}>
          {t('convert.start', { count: Math.max(1, found.length) })}
        </button>
        <p class="quiet">{t('convert.start_note')}</p>
      </div>
    </form>
  );
}
