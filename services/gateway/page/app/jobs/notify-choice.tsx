import { isFinalStatus } from '../../../../shared/jobs/job.ts';
import { Icon } from '../shell/icons.tsx';
import { t } from '../text/language.ts';
import { notifications, requestNotifications, stopNotifications } from './notify.ts';
import { jobs } from './store.ts';
import { useKeptFocus } from './use-kept-focus.ts';

/** Lets somebody be notified of the end of what is being converted. */
export function NotifyChoice() {
  const { value } = notifications;
  const isBusy = jobs.value.some(({ status }) => !isFinalStatus(status));
  const isShown = value !== undefined && (value !== 'off' || isBusy);
  const container = useKeptFocus<HTMLDivElement>(`${value} ${isShown}`, () =>
    document.getElementById('jobs-title'),
  );
  return (
    <div ref={container}>
      {isShown && (value === 'denied' ? <p class="quiet">{t('jobs.notify_denied')}</p> : <Switch />)}
    </div>
  );
}

function Switch() {
  const isOn = notifications.value === 'on';
  return (
    <button
      type="button"
      class="quiet-button"
      title={isOn ? t('jobs.notify_on') : undefined}
      onClick={() => void (isOn ? stopNotifications() : requestNotifications())}
    >
      <Icon name="bell" />
      <span>{t(isOn ? 'jobs.notify_off' : 'jobs.notify')}</span>
    </button>
  );
}
