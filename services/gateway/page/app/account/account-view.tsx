import { FailedToLoad } from '../jobs/failed-to-load.tsx';
import { useLoaded } from '../jobs/use-loaded.ts';
import { BackLink } from '../shell/back-link.tsx';
import { loadTexts, t } from '../text/language.ts';
import './account.css';

/** The account of whoever is signed in. Its code is loaded when it is opened. */
export function AccountView() {
  const { loaded, retry } = useLoaded(load, 'account');
  const { value } = loaded;
  return (
    <>
      <BackLink />
      {value.state === 'loading' && <p class="quiet">{t('shell.loading')}</p>}
      {value.state === 'failed' && <FailedToLoad error={value.error} retry={retry} />}
      {value.state === 'ready' && <value.value />}
    </>
  );
}

async function load() {
  const [{ AccountDetails }] = await Promise.all([
    import('./account-details.tsx'),
    loadTexts('account', 'access'),
  ]);
  return AccountDetails;
}
