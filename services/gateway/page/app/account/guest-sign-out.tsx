import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { signOut } from '../session/state.ts';
import { t } from '../text/language.ts';

/** Signs a guest out, who is asked first: nobody can sign in as that guest again. */
export function GuestSignOut() {
  const isAsking = useSignal(false);
  const ask = (value: boolean) => () => {
    isAsking.value = value;
  };
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={ask(true)}>
        {t('account.sign_out')}
      </button>
      {isAsking.value && <LeaveDialog onClose={ask(false)} />}
    </>
  );
}

/** @param props.onClose called after the dialog has closed, and the button that opened it has the focus again */
function LeaveDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  // Only a dialog that is closed before it is removed gives the focus back.
  const close = () => dialog.current?.close();
  const leave = () => {
    close();
    void signOut();
  };
  return (
    <dialog
      ref={dialog}
      class="card"
      aria-labelledby="leave-title"
      aria-describedby="leave-text"
      onClose={onClose}
    >
      <h2 id="leave-title">{t('account.leave_title')}</h2>
      <p id="leave-text">{t('account.leave_text')}</p>
      <div class="dialog-actions">
        <button type="button" onClick={close}>
          {t('account.stay')}
        </button>
        <button type="button" class="danger" onClick={leave}>
          {t('account.leave')}
        </button>
      </div>
    </dialog>
  );
}
