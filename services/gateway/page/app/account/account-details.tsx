import type { ComponentChildren } from 'preact';
import { account } from '../session/state.ts';
import { BackLink } from '../shell/back-link.tsx';
import { GuestAccount } from './guest-account.tsx';
import { OwnAccountView } from './own-account-view.tsx';

/** Who is signed in, what they may do, and what they can do with their account. @param props.children the form for a guest */
export function AccountDetails({ children }: { children: ComponentChildren }) {
  const { value } = account;
  if (value === null || value === 'unknown') return null;
  return (
    <>
      <BackLink />
      {value.email === null ? (
        <GuestAccount>{children}</GuestAccount>
      ) : (
        <OwnAccountView email={value.email} />
      )}
    </>
  );
}
