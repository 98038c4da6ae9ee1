import { Icon } from '../shell/icons.tsx';
import { t } from '../text/language.ts';
import { deleteJobs, downloadArchive } from './actions.ts';
import { focusList } from './list-focus.ts';
import { endSelection, selected, selectShown } from './selection.ts';

/** What can be done with the selected jobs. */
export function SelectionBar() {
  const jobs = selected.value;
  const mp3s = jobs.filter(({ mp3 }) => mp3 !== null);
  return (
    <section class="selection-bar" aria-label={t('jobs.selection')}>
      <span>{t('jobs.selected', { count: jobs.length })}</span>
      <button type="button" onClick={selectShown}>
        {t('jobs.select_shown')}
      </button>
      <button
        type="button"
        disabled={mp3s.length === 0}
        onClick={() => void downloadArchive(mp3s.map(({ id }) => id))}
      >
        <Icon name="download" />
        <span>{t('jobs.archive')}</span>
      </button>
      <button
        type="button"
        class="danger"
        disabled={jobs.length === 0}
        onClick={() => {
          deleteJobs(jobs);
          endSelection();
          focusList();
        }}
      >
        <Icon name="trash" />
        <span>{t('jobs.delete')}</span>
      </button>
    </section>
  );
}
