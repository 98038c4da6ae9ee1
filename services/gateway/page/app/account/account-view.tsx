import { FailedToLoad } from '../jobs/failed-to-load.tsx';
import { useLoaded } from '../jobs/use-loaded.ts';
import { hrefOf } from '../route.ts';
import { Icon } from '../shell/icons.tsx';
import { loadTexts, t } from '../text/language.ts';
import './account.css';

/** The account of whoever is signed in. Its code is loaded when it is opened. */
export function AccountView() {
  const { loaded, retry } = useLoaded(load, 'account');
  const { value } = loaded;
  return (
    <>
      <p>
        <a class="back" href={hrefOf({ view: 'home' })}>
          <Icon name="back" />
          <span>{t('jobs.back')}</span>
        </a>
      </p>
      {value.state === 'loading' && <p class="quiet">{t('shell.loading')}</p>}
      {value.state === 'failed' && <FailedToLoad error={value.error} retry={retry} />}
      {value.state === 'ready' && <value.value />}
    </>
  );
}

async function load() {
  const [{ AccountDetails }] = await Promise.all([import('./account-details.tsx'), loadTexts('account')]);
  return AccountDetails;
}
