import { useLayoutEffect } from 'preact/hooks';
import { Icon } from '../shell/icons.tsx';
import { t } from '../text/language.ts';
import { FailedToLoad } from './failed-to-load.tsx';
import {
  clearFilter,
  hasMore,
  isFiltered,
  loadFirst,
  loading,
  loadingError,
  loadMore,
  shown,
} from './history.ts';
import { JobRow } from './job-row.tsx';
import { focusList, focusRow, returnToRow } from './list-focus.ts';
import { NotifyChoice } from './notify-choice.tsx';
import { isSelecting } from './selection.ts';
import { SelectionBar } from './selection-bar.tsx';
import { Toolbar } from './toolbar.tsx';
import './jobs.css';

/** The history of conversions. */
export function JobsView() {
  useLayoutEffect(returnToRow, []);
  const isEmpty = shown.value.length === 0;
  const isLoadingFirst = loading.value === 'first';
  return (
    <section class="jobs-view" aria-labelledby="jobs-title" aria-busy={loading.value !== undefined}>
      <div class="jobs-head">
        <h2 id="jobs-title" tabIndex={-1}>
          {t('jobs.title')}
        </h2>
        <NotifyChoice />
      </div>
      {(!isEmpty || isFiltered.value) && <Toolbar />}
      {isSelecting.value && <SelectionBar />}
      {!isEmpty && (
        <ul class="jobs">
          {shown.value.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
      {isEmpty && isLoadingFirst && <Skeleton />}
      {isEmpty && !isLoadingFirst && loadingError.value === undefined && !hasMore.value && <Nothing />}
      <More />
    </section>
  );
}

/** As high as the list that will take its place, so that nothing jumps. */
function Skeleton() {
  return (
    <>
      <p class="visually-hidden">{t('jobs.loading')}</p>
      <div class="jobs" aria-hidden="true">
        {[0, 1, 2].map((row) => (
          <div class="job skeleton" key={row} />
        ))}
      </div>
    </>
  );
}

function Nothing() {
  const isSearch = isFiltered.value;
  return (
    <div class="nothing">
      <Icon name="logo" />
      <p>
        <strong>{t(isSearch ? 'jobs.no_match' : 'jobs.empty')}</strong>
      </p>
      <p class="quiet">{t(isSearch ? 'jobs.no_match_hint' : 'jobs.empty_hint')}</p>
      {isSearch && (
        <button
          type="button"
          onClick={() => {
            clearFilter();
            focusList();
          }}
        >
          {t('jobs.show_all')}
        </button>
      )}
    </div>
  );
}

/** The next page, and what went wrong with the last one. */
function More() {
  const more = async () => {
    const { length } = shown.value;
    await (length > 0 ? loadMore() : loadFirst());
    // This button may be gone after the next drawing.
    setTimeout(() => {
      if (document.activeElement === document.body) focusRow(shown.value[length]?.id);
    });
  };
  if (loadingError.value !== undefined)
    return <FailedToLoad error={loadingError.value} retry={() => void more()} />;
  if (!hasMore.value) return null;
  return (
    <button
      type="button"
      class="jobs-more"
      aria-disabled={loading.value === 'more'}
      onClick={() => void more()}
    >
      {loading.value === 'more' ? t('shell.loading') : t('jobs.more')}
    </button>
  );
}
