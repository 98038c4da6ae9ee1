import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../text/language.ts';
import { GuestSignOut } from './guest-sign-out.tsx';
import { LimitFacts } from './limit-facts.tsx';

/** What a guest may do, and the way to an account. @param props.children the form that makes one */
export function GuestAccount({ children }: { children: ComponentChildren }) {
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
      {children}
    </div>
  );
}
