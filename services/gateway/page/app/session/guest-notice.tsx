import { hrefOf } from '../route.ts';
import { t } from '../text/language.ts';
import { guestNotice } from './guest-text.ts';
import { isGuest, limits } from './state.ts';

/** Tells a guest how long an MP3 is kept and who can reach it, and leads to an account. */
export function GuestNotice() {
  if (!isGuest() || limits.value === null) return null;
  return (
    <p class="notice">
      {guestNotice(limits.value)} <a href={hrefOf({ view: 'account' })}>{t('session.guest_register')}</a>
    </p>
  );
}
