import { FailedToLoad } from '../jobs/failed-to-load.tsx';
import { useLoaded } from '../jobs/use-loaded.ts';
import { loadTexts, t } from '../text/language.ts';
import './account.css';

/** The account of whoever is signed in. Its code is loaded when it is opened. */
export function AccountView() {
  const { loaded, retry } = useLoaded(load, 'account');
  const { value } = loaded;
  if (value.state === 'failed') return <FailedToLoad error={value.error} retry={retry} />;
  if (value.state === 'loading') return <p class="quiet">{t('shell.loading')}</p>;
  return <value.value />;
}

async function load() {
  const [{ AccountDetails }] = await Promise.all([import('./account-details.tsx'), loadTexts('account')]);
  return AccountDetails;
}
