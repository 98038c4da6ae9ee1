import { useRef } from 'preact/hooks';
import { signOut } from '../session/state.ts';
import { t } from '../text/language.ts';

/** Signs a guest out, who is asked first: nobody can sign in as that guest again. */
export function GuestSignOut() {
  const dialog = useRef<HTMLDialogElement>(null);
  // A dialog that is closed before it is removed gives the focus back to the button that has opened it.
  const close = () => dialog.current?.close();
  const leave = () => {
    close();
    void signOut();
  };
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        {t('account.sign_out')}
      </button>
      <dialog ref={dialog} class="card" aria-labelledby="leave-title" aria-describedby="leave-text">
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
    </>
  );
}
