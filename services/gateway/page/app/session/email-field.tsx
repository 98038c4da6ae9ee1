import { TextField } from '../shell/text-field.tsx';
import { t } from '../text/language.ts';

interface EmailFieldProps {
  email?: string | undefined;
  label?: string;
  /** What a browser may fill in. Default: the name of an account. */
  autocomplete?: 'username' | 'username webauthn' | 'email';
}

/** The address of an account. */
export function EmailField({
  email = '',
  label = t('session.email'),
  autocomplete = 'username',
}: EmailFieldProps) {
  return (
    <TextField
      name="email"
      label={label}
      type="email"
      autocomplete={autocomplete}
      maxLength={254}
      defaultValue={email}
    />
  );
}
