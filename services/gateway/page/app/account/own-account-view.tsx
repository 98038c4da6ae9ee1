import { useLayoutEffect, useRef } from 'preact/hooks';
import { useLoaded } from '../jobs/use-loaded.ts';
import { signOut } from '../session/state.ts';
import { t } from '../text/language.ts';
import { ownAccount } from './api.ts';
import { AddressSection } from './sections/address-section.tsx';
import { DeleteSection } from './sections/delete-section.tsx';
import { hasPassword } from './sections/has-password.ts';
import { KeysSection } from './sections/keys-section.tsx';
import { PasskeysSection } from './sections/passkeys-section.tsx';
import { PasswordSection } from './sections/password-section.tsx';
import { SecondFactorSection } from './sections/second-factor-section.tsx';
import { ServicesSection } from './sections/services-section.tsx';
import { SessionsSection } from './sections/sessions-section.tsx';
import { UsageSection } from './sections/usage-section.tsx';

/** The account of somebody who has registered. */
export function OwnAccountView({ email }: { email: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  const { loaded, retry } = useLoaded(ownAccount.view, email);
  const { value: state } = loaded;
  useLayoutEffect(() => {
    hasPassword.value = state.state === 'ready' ? state.value.has_password : undefined;
  }, [state]);
  useLayoutEffect(() => {
    // What led here may be gone with the view in which it was.
    if (document.activeElement === document.body) title.current?.focus();
  }, []);
  return (
    <div class="account-sections">
      <div class="account-head">
        <h1 ref={title} tabIndex={-1}>
          {t('account.title')}
        </h1>
        <button type="button" onClick={signOut}>
          {t('account.sign_out')}
        </button>
      </div>
      <AddressSection email={email} />
      <PasswordSection email={email} account={{ state, retry }} />
      <PasskeysSection />
      <SecondFactorSection />
      <ServicesSection />
      <SessionsSection />
      <KeysSection />
      <UsageSection />
      <DeleteSection />
    </div>
  );
}
