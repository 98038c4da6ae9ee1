import type { SessionEntry } from '../../../../client/account/account-views.ts';
import { showError, showToast } from '../../shell/toasts.tsx';
import { formatDate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';
import { Section } from '../section.tsx';
import { deviceName } from './device-name.ts';
import { LoadedList, useReloaded } from './loaded-list.tsx';

/** Where somebody is signed in to the account. */
export function SessionsSection() {
  const { state, retry, reload } = useReloaded(ownAccount.sessions);
  const end = async (work: Promise<void>, text: string) => {
    try {
      await work;
      await reload();
      showToast({ text, kind: 'plain' });
      document.getElementById('main')?.focus({ preventScroll: true });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <Section title={t('account.sessions')} lead={t('account.sessions_lead')}>
      <LoadedList state={state} retry={retry}>
        {(sessions) => (
          <>
            <ul class="entries">
              {sessions.map((one) => (
                <SessionRow
                  key={one.id}
                  session={one}
                  onEnd={() => end(ownAccount.endSession(one.id), t('account.session_ended'))}
                />
              ))}
            </ul>
            {sessions.length > 1 && (
              <button
                type="button"
                onClick={() => end(ownAccount.endOtherSessions(), t('account.sessions_ended'))}
              >
                {t('account.sessions_end')}
              </button>
            )}
          </>
        )}
      </LoadedList>
    </Section>
  );
}

function SessionRow({ session, onEnd }: { session: SessionEntry; onEnd: () => void }) {
  const name = deviceName(session.user_agent) ?? t('account.device_unknown');
  const id = `session-${session.id}`;
  return (
    <li>
      <div class="entry">
        <strong id={id} title={session.user_agent ?? ''}>
          {name}
        </strong>
        <span class="quiet">
          {session.current
            ? t('account.session_this')
            : t('account.last_used', { date: formatDate(session.last_used_at) })}
        </span>
      </div>
      {!session.current && (
        <button type="button" class="quiet-button" aria-describedby={id} onClick={onEnd}>
          {t('account.sign_out')}
        </button>
      )}
    </li>
  );
}
