import { useLayoutEffect, useRef } from 'preact/hooks';
import { CredentialsForm } from '../session/credentials-form.tsx';
import { t } from '../text/language.ts';
import { GuestSignOut } from './guest-sign-out.tsx';
import { LimitFacts } from './limit-facts.tsx';

/** What a guest may do, and the way to an account. */
export function GuestAccount() {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    // What led here may be gone with the view in which it was.
    if (document.activeElement === document.body) title.current?.focus();
  }, []);
  return (
    <div class="account">
      <section class="card" aria-labelledby="account-title">
        <h1 id="account-title" ref={title} tabIndex={-1}>
          {t('account.guest')}
        </h1>
        <p>{t('account.guest_lead')}</p>
        <dl>
          <LimitFacts />
        </dl>
        <GuestSignOut />
      </section>
      <CredentialsForm isGuest />
    </div>
  );
}
