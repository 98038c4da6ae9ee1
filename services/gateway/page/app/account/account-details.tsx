import { useLayoutEffect, useRef } from 'preact/hooks';
import { CredentialsForm } from '../session/credentials-form.tsx';
import { account, limits, signOut } from '../session/state.ts';
import { formatDuration, formatSize } from '../text/format.ts';
import { t } from '../text/language.ts';
import { GuestSignOut } from './guest-sign-out.tsx';

/** Who is signed in, what they may do, and what they can do with their account. */
export function AccountDetails() {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    // What led here may be gone with the view in which it was.
    if (document.activeElement === document.body) title.current?.focus();
  }, []);
  const { value } = account;
  if (value === null || value === 'unknown') return null;
  return (
    <div class="account">
      <section class="card" aria-labelledby="account-title">
        <h1 id="account-title" ref={title} tabIndex={-1}>
          {t(value.guest ? 'account.guest' : 'account.title')}
        </h1>
        {value.guest && <p>{t('account.guest_lead')}</p>}
        <dl>
          {value.email !== null && <Fact name={t('session.email')} value={value.email} />}
          <Limits />
        </dl>
        {value.guest ? (
          <GuestSignOut />
        ) : (
          <button type="button" onClick={signOut}>
            {t('account.sign_out')}
          </button>
        )}
      </section>
      {value.guest && <CredentialsForm isGuest />}
    </div>
  );
}

function Limits() {
  const { value } = limits;
  if (value === null) return null;
  return (
    <>
      <Fact
        name={t('account.upload_limit')}
        value={formatSize(value.max_upload_bytes)}
        note={t('account.upload_limit_note')}
      />
      <Fact
        name={t('account.retention')}
        value={formatDuration(value.retention_seconds)}
        note={t('account.retention_note')}
      />
    </>
  );
}

function Fact({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>
          <bdi>{value}</bdi>
        </strong>
        {note && <small class="quiet">{note}</small>}
      </dd>
    </div>
  );
}
