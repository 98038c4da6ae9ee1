import { TextField } from '../shell/text-field.tsx';
import { t } from '../text/language.ts';

/** The code of an app, which changes each half minute. */
export const CodeField = () => (
  <TextField
    name="code"
    label={t('access.code')}
    inputMode="numeric"
    autocomplete="one-time-code"
    autocapitalize="none"
    spellcheck={false}
    dir="ltr"
    maxLength={64}
  />
);
