import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Account } from '../../../accounts/session-view.ts';
import { messageOf } from '../shell/error-message.ts';
import { t } from '../text/language.ts';
import { showConsole } from './console.ts';
import { signedIn } from './session.ts';

/** The routes of the API, and a console for them. */
export function DocsView() {
  const element = useRef<HTMLDivElement>(null);
  const state = useSignal<'loading' | 'shown' | { error: string }>('loading');

  useEffect(() => {
    if (element.current === null) return;
    showConsole(element.current).then(
      () => {
        state.value = 'shown';
      },
      (error: unknown) => {
        state.value = { error: messageOf(error) };
      },
    );
  }, []);

  return (
    <>
      <h1>{t('docs.title')}</h1>
      <p>
        {t('docs.lead')} <a href="/openapi.json">{t('docs.document')}</a>
      </p>
      <SessionNotice />
      <h2 class="visually-hidden">{t('docs.routes')}</h2>
      {state.value === 'loading' && <p class="quiet">{t('shell.loading')}</p>}
      {typeof state.value === 'object' && <p class="notice bad">{state.value.error}</p>}
      <div ref={element} class="api" />
      <p class="quiet">
        <a href="/assets/licenses.txt">{t('docs.licenses')}</a>
      </p>
    </>
  );
}

/** Whose requests those of the console are. */
function SessionNotice() {
  const { value: account } = signedIn;
  if (account === undefined) return null;
  if (account !== null) return <p class="notice">{senderOf(account)}</p>;
  return (
    <p class="notice">
      {t('docs.signed_out')} <a href="/">{t('docs.sign_in')}</a>
    </p>
  );
}

const senderOf = ({ email }: Account): string =>
  email === null ? t('docs.signed_in_guest') : t('docs.signed_in', { email });
