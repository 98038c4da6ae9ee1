import type { Passkey } from '../../../../client/account/passkeys.ts';
import { createPasskey, hasPasskeys, NoPasskeyError } from '../../access/webauthn.ts';
import { showError, showToast } from '../../shell/toasts.tsx';
import { formatDate, isolate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { passkeys } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';
import { deviceName } from './device-name.ts';
import { LoadedList, useReloaded } from './loaded-list.tsx';
import { ProofField, prove } from './proof-field.tsx';

/** Signing in with the lock of a device instead of the password. */
export function PasskeysSection() {
  const { state, retry, reload } = useReloaded(passkeys.list);
  const add = async (data: FormData) => {
    const response = await createPasskey(await prove(data, passkeys.options)).catch((error: unknown) => {
      throw error instanceof NoPasskeyError ? new Error(t('access.passkey_none')) : error;
    });
    await passkeys.add({ name: String(data.get('name')).trim(), response });
    await reload();
    return t('account.passkey_added');
  };
  const remove = async ({ id, name }: Passkey) => {
    try {
      await passkeys.remove(id);
      await reload();
      showToast({ text: t('account.passkey_removed', { name: isolate(name) }), kind: 'plain' });
      document.getElementById('main')?.focus({ preventScroll: true });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <Section title={t('account.passkeys')} lead={t('account.passkeys_lead')}>
      <LoadedList state={state} retry={retry}>
        {(list) =>
          list.length > 0 && (
            <ul class="entries">
              {list.map((one) => (
                <PasskeyRow key={one.id} passkey={one} onRemove={() => remove(one)} />
              ))}
            </ul>
          )
        }
      </LoadedList>
      {hasPasskeys() ? (
        <Change label={t('account.passkey_add')} action={t('account.next')} onSubmit={add}>
          <label class="field">
            <span>{t('account.key_name')}</span>
            <input
              name="name"
              dir="auto"
              autocomplete="off"
              required
              maxLength={100}
              defaultValue={deviceName(navigator.userAgent) ?? ''}
            />
          </label>
          <ProofField />
        </Change>
      ) : (
        <p class="quiet">{t('account.passkeys_unknown')}</p>
      )}
    </Section>
  );
}

function PasskeyRow({ passkey, onRemove }: { passkey: Passkey; onRemove: () => void }) {
  const { id, name, last_used_at: used } = passkey;
  return (
    <li>
      <div class="entry">
        <strong id={`passkey-${id}`} dir="auto">
          {name}
        </strong>
        <span class="quiet">
          {used === null ? t('account.never_used') : t('account.last_used', { date: formatDate(used) })}
        </span>
      </div>
      <button type="button" class="quiet-button" aria-describedby={`passkey-${id}`} onClick={onRemove}>
        {t('account.key_delete')}
      </button>
    </li>
  );
}
