import type { Passkey } from '../../../../client/account/passkeys.ts';
import { createPasskey, hasPasskeys, NoPasskeyError } from '../../access/webauthn.ts';
import { formatDate, isolate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { passkeys } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';
import { deviceName } from './device-name.ts';
import { LoadedList, useReloaded } from './loaded-list.tsx';
import { NameField, readName } from './name-field.tsx';
import { ProofField, prove, proveRemoval } from './proof-field.tsx';

/** Signing in with the lock of a device instead of the password. */
export function PasskeysSection() {
  const { state, retry, reload } = useReloaded(passkeys.list);
  const add = async (data: FormData) => {
    const response = await createPasskey(await prove(data, passkeys.options)).catch((error: unknown) => {
      throw error instanceof NoPasskeyError ? new Error(t('access.passkey_none')) : error;
    });
    await passkeys.add({ name: readName(data), response });
    await reload();
    return t('account.passkey_added');
  };
  return (
    <Section title={t('account.passkeys')} lead={t('account.passkeys_lead')}>
      <LoadedList state={state} retry={retry}>
        {(list) =>
          list.length > 0 && (
            <ul class="entries">
              {list.map((one) => (
                <PasskeyRow key={one.id} passkey={one} reload={reload} />
              ))}
            </ul>
          )
        }
      </LoadedList>
      {hasPasskeys() ? (
        <Change label={t('account.passkey_add')} action={t('account.next')} onSubmit={add}>
          <NameField value={deviceName(navigator.userAgent)} />
          <ProofField />
        </Change>
      ) : (
        <p class="quiet">{t('account.passkeys_unknown')}</p>
      )}
    </Section>
  );
}

function PasskeyRow({ passkey, reload }: { passkey: Passkey; reload: () => Promise<void> }) {
  const { id, name, last_used_at: used } = passkey;
  const entry = `passkey-${id}`;
  const rename = async (data: FormData) => {
    await passkeys.rename(id, readName(data));
    await reload();
    return undefined;
  };
  const remove = async (data: FormData) => {
    await proveRemoval(data, (proof) => passkeys.remove(id, proof));
    await reload();
    document.getElementById('main')?.focus({ preventScroll: true });
    return t('account.passkey_removed', { name: isolate(name) });
  };
  return (
    <li>
      <div class="entry">
        <strong id={entry} dir="auto">
          {name}
        </strong>
        <span class="quiet">
          {used === null ? t('account.never_used') : t('account.last_used', { date: formatDate(used) })}
        </span>
      </div>
      <div class="entry-actions">
        <Change label={t('account.rename')} action={t('account.save')} entry={entry} onSubmit={rename}>
          <NameField value={name} />
        </Change>
        <Change label={t('account.key_delete')} entry={entry} isDangerous onSubmit={remove}>
          <ProofField />
        </Change>
      </div>
    </li>
  );
}
