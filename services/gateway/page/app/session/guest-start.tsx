import { useSignal } from '@preact/signals';
import { showError } from '../shell/toasts.tsx';
import { formatDuration, formatSize } from '../text/format.ts';
import { t } from '../text/language.ts';
import { guestLimits, startAsGuest } from './state.ts';

/** Lets somebody start without an account, where the gateway allows it. */
export function GuestStart() {
  const isBusy = useSignal(false);
  const { value: limits } = guestLimits;
  if (limits === null) return null;
  const start = async () => {
    isBusy.value = true;
    await startAsGuest().catch(showError);
    isBusy.value = false;
  };
  const size = formatSize(limits.max_upload_bytes);
  const time = formatDuration(limits.retention_seconds);
  return (
    <div class="guest-start">
      <button type="button" disabled={isBusy.value} aria-describedby="guest-limits" onClick={start}>
        {t('session.guest_start')}
      </button>
      <p class="quiet" id="guest-limits">
        {t('session.guest_limits', { size, time })}
      </p>
    </div>
  );
}
