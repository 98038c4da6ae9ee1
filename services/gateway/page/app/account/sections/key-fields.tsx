import type { WantedApiKey } from '../../../../client/account/api-keys.ts';
import { formatDuration } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { NameField, readName } from './name-field.tsx';

/** What a key may be allowed to do, the least first. */
const SCOPES = ['upload', 'read', 'manage'] as const;
const DAYS = [7, 30, 90, 365] as const;
const DEFAULT_DAYS = 90;
const DAY_SECONDS = 24 * 3600;

/** What a new key is called, what it may do, and for how long. */
export function KeyFields() {
  return (
    <>
      <NameField hint={t('account.key_name_hint')} />
      <fieldset class="scopes">
        <legend>{t('account.key_scopes')}</legend>
        {SCOPES.map((scope) => (
          <label class="check" key={scope}>
            <input type="checkbox" name="scope" value={scope} defaultChecked={scope !== 'manage'} />
            <span>{t(`account.scope.${scope}`)}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{t('account.key_lifetime')}</span>
        <select name="days">
          {DAYS.map((days) => (
            <option key={days} value={days} selected={days === DEFAULT_DAYS}>
              {formatDuration(days * DAY_SECONDS)}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

export const readKeyFields = (data: FormData): WantedApiKey => ({
  name: readName(data),
  scopes: data.getAll('scope').map(String),
  expires_in_days: Number(data.get('days')),
});
