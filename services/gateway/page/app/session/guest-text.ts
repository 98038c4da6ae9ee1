import type { Limits } from '../../../accounts/session-view.ts';
import { formatDuration } from '../text/format.ts';
import { t } from '../text/language.ts';

/** What a guest has to know. @param limits those of the guest */
export const guestNotice = ({ retention_seconds }: Limits): string =>
  t('session.guest_notice', { time: formatDuration(retention_seconds) });
