import { hrefOf } from '../route.ts';
import { t } from '../text/language.ts';
import { isGuest } from './state.ts';

/** Tells a guest that nothing is kept for long, and leads to what changes that. */
export function GuestNotice() {
  if (!isGuest()) return null;
  return (
    <p class="notice">
      {t('session.guest_notice')} <a href={hrefOf({ view: 'account' })}>{t('session.guest_keep')}</a>
    </p>
  );
}
