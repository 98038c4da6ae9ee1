import { STATUSES } from '../../../../shared/jobs/job-view.ts';
import { Icon } from '../shell/icons.tsx';
import { t } from '../text/language.ts';
import { downloadArchive } from './actions.ts';
import { filter, setFilter, shown } from './history.ts';
import type { Filter } from './listing.ts';
import { beginSelection, endSelection, isSelecting } from './selection.ts';

/** Finds, filters and selects jobs. */
export function Toolbar() {
  const isOn = isSelecting.value;
  return (
    <div class="jobs-toolbar">
      <label class="jobs-search">
        <span class="visually-hidden">{t('jobs.search')}</span>
        <input
          type="search"
          placeholder={t('jobs.search')}
          maxLength={200}
          dir="auto"
          value={filter.value.search}
          onInput={(event) => setFilter({ search: event.currentTarget.value })}
        />
      </label>
      <label class="choice">
        <span class="visually-hidden">{t('jobs.filter')}</span>
        <select
          value={filter.value.status}
          onChange={(event) => setFilter({ status: event.currentTarget.value as Filter['status'] })}
        >
          {(['all', ...STATUSES] as const).map((status) => (
            <option key={status} value={status}>
              {t(`jobs.filter.${status}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="quiet-button" onClick={isOn ? endSelection : beginSelection}>
        {t(isOn ? 'jobs.select_end' : 'jobs.select')}
      </button>
      {!isOn && shown.value.some(({ mp3 }) => mp3 !== null) && (
        <button type="button" class="quiet-button" onClick={() => void downloadArchive([])}>
          <Icon name="download" />
          <span>{t('jobs.archive_all')}</span>
        </button>
      )}
    </div>
  );
}
