import { TextField } from '../../shell/text-field.tsx';
import { t } from '../../text/language.ts';

/** What its owner calls a key or a passkey. */
export const NameField = ({ value = '', hint }: { value?: string | undefined; hint?: string }) => (
  <TextField
    name="name"
    label={t('account.key_name')}
    hint={hint}
    dir="auto"
    autocomplete="off"
    maxLength={100}
    defaultValue={value}
  />
);

export const readName = (data: FormData): string => String(data.get('name')).trim();
