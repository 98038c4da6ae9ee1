import { useSignal } from '@preact/signals';
import type { ApiKey } from '../../../../client/account/api-keys.ts';
import { showError, showToast } from '../../shell/toasts.tsx';
import { formatDate, formatNames, isolate } from '../../text/format.ts';
import { hasText, t } from '../../text/language.ts';
import { apiKeys } from '../api.ts';
import { Change } from '../change.tsx';
import { SecretText } from '../secret-text.tsx';
import { Section } from '../section.tsx';
import { KeyFields, readKeyFields } from './key-fields.tsx';
import { LoadedList, useReloaded } from './loaded-list.tsx';
import { ProofField, prove } from './proof-field.tsx';

/** The keys by which programs use the account. */
export function KeysSection() {
  const { state, retry, reload } = useReloaded(apiKeys.list);
  const made = useSignal<{ name: string; key: string } | undefined>(undefined);
  const create = async (data: FormData) => {
    made.value = undefined;
    made.value = await prove(data, (proof) => apiKeys.create({ ...readKeyFields(data), ...proof }));
    await reload();
    return undefined;
  };
  const remove = async ({ id, name }: ApiKey) => {
    try {
      await apiKeys.delete(id);
      await reload();
      showToast({ text: t('account.key_deleted', { name: isolate(name) }), kind: 'plain' });
      document.getElementById('main')?.focus({ preventScroll: true });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <Section title={t('account.keys')} lead={t('account.keys_lead')}>
      {made.value && (
        <div class="notice">
          <p>{t('account.key_once')}</p>
          <SecretText
            label={t('account.key_text', { name: isolate(made.value.name) })}
            text={made.value.key}
          />
        </div>
      )}
      <LoadedList state={state} retry={retry}>
        {(keys) =>
          keys.length > 0 && (
            <ul class="entries">
              {keys.map((key) => (
                <KeyRow key={key.id} apiKey={key} onDelete={() => remove(key)} />
              ))}
            </ul>
          )
        }
      </LoadedList>
      <Change label={t('account.key_new')} action={t('account.key_create')} onSubmit={create}>
        <KeyFields />
        <ProofField />
      </Change>
    </Section>
  );
}

function KeyRow({ apiKey, onDelete }: { apiKey: ApiKey; onDelete: () => void }) {
  const { id, name, scopes, expires_at, last_used_at } = apiKey;
  const isExpired = Date.parse(expires_at) <= Date.now();
  const used = last_used_at === null ? t('account.never_used') : formatDate(last_used_at);
  return (
    <li>
      <div class="entry">
        <strong id={`key-${id}`} dir="auto">
          {name}
        </strong>
        <span class="quiet">{formatNames(scopes.map(scopeText))}</span>
        <span class="quiet">
          {last_used_at === null ? used : t('account.last_used', { date: used })}
          {' · '}
          {isExpired ? t('account.key_expired') : t('account.key_expires', { date: formatDate(expires_at) })}
        </span>
      </div>
      <button type="button" class="quiet-button" aria-describedby={`key-${id}`} onClick={onDelete}>
        {t('account.key_delete')}
      </button>
    </li>
  );
}

/** A gateway that is newer than this page may have others. */
function scopeText(scope: string): string {
  const key = `account.scope.${scope}`;
  return hasText(key) ? t(key) : scope;
}
