import { useRef } from 'preact/hooks';
import { showError } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { settings } from '../options/settings.ts';
import { chosenFilms, isAt } from '../state.ts';
import { ChosenFilm } from './chosen-film.tsx';
import { convertAll, faultsOf, removeChosen } from './controls.ts';
import { totalText } from './film-facts.ts';
import { FilmList } from './film-list.tsx';
import { focusFirst, useFocusAfter } from './keep-focus.ts';
import { SettingsForm } from './settings-form.tsx';

/** The films that were found, how they are converted, and the button that begins it. */
export const ChosenFilms = () => (chosenFilms.value.length > 0 ? <ChosenForm /> : null);

function ChosenForm() {
  const form = useRef<HTMLFormElement>(null);
  useFocusAfter(form, 'sending-title', 'choose-films');
  const films = chosenFilms.value;
  const found = films.filter(isAt('found'));
  const isReady = found.length > 0 && !films.some(isAt('reading'));

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (found.some((film) => faultsOf(film).length > 0)) {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await convertAll();
    focusFirst(['sending-title', 'choose-films']);
  };

  return (
    <form class="card chosen" ref={form} noValidate onSubmit={(event) => void submit(event).catch(showError)}>
      <div class="chosen-head">
        <h2>{t('convert.found')}</h2>
        {found.length > 1 && <p class="quiet">{totalText(found, settings.value)}</p>}
        {films.length > 1 && (
          <button type="button" class="quiet-button" onClick={removeChosen}>
            {t('convert.remove_all')}
          </button>
        )}
      </div>
      <FilmList films={films} isNotable={isAt('useless')} Row={ChosenFilm} />
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
