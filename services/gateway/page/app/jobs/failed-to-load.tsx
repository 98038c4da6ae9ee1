import { messageOf } from '../shell/error-message.ts';
import { t } from '../text/language.ts';

/** Says why a part of the page could not be loaded, and tries again. */
export function FailedToLoad({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div class="notice bad">
      <p role="alert">{messageOf(error)}</p>
      <button type="button" onClick={retry}>
        {t('jobs.try_again')}
      </button>
    </div>
  );
}
