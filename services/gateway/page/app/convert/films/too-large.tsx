import { hrefOf } from '../../route.ts';
import { isGuest, limits } from '../../session/state.ts';
import { formatSize } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { settings } from '../options/settings.ts';
import type { FilmItem } from '../state.ts';
import { bytesToSend } from './upload-limit.ts';

/** Says that more would have to be sent of a film than whoever is signed in may send. */
export function TooLarge({ film }: { film: FilmItem }) {
  const sent = formatSize(bytesToSend(film, settings.value.whole));
  const limit = formatSize(limits.value?.max_upload_bytes ?? 0);
  return (
    <div class="notice bad">
      <p>{t(isGuest() ? 'convert.too_large_guest' : 'convert.too_large', { sent, limit })}</p>
      <RegisterForMore />
    </div>
  );
}

/** Leads a guest to an account, which has larger limits. */
export function RegisterForMore() {
  if (!isGuest()) return null;
  return (
    <p>
      <a href={hrefOf({ view: 'account' })}>{t('convert.register_for_more')}</a>
    </p>
  );
}
