import { ErrorNotice } from '../shell/error-notice.tsx';
import { t } from '../text/language.ts';

/** Says why a part of the page could not be loaded, and tries again. */
export function FailedToLoad({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <ErrorNotice error={error}>
      <button type="button" onClick={retry}>
        {t('jobs.try_again')}
      </button>
    </ErrorNotice>
  );
}
