import { FailedToLoad } from '../jobs/failed-to-load.tsx';
import { useLoaded } from '../jobs/use-loaded.ts';
import type { LinkAction } from '../route.ts';
import { loadTexts, t } from '../text/language.ts';

/** What the link of a mail leads to. Its code is loaded when it is opened. */
export function LinkView(props: { action: LinkAction; token: string }) {
  const { loaded, retry } = useLoaded(load, 'access');
  const { value } = loaded;
  return (
    <div class="card credentials mailed-link">
      {value.state === 'loading' && <p class="quiet">{t('shell.loading')}</p>}
      {value.state === 'failed' && <FailedToLoad error={value.error} retry={retry} />}
      {value.state === 'ready' && <value.value key={props.token} {...props} />}
    </div>
  );
}

async function load() {
  const [{ MailedLink }] = await Promise.all([import('./mailed-link.tsx'), loadTexts('access')]);
  return MailedLink;
}
