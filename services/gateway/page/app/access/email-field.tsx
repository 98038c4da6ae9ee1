import { t } from '../text/language.ts';

/** The address of an account. */
export function EmailField({ email = '', label = t('session.email') }: { email?: string; label?: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name="email"
        type="email"
        autocomplete="username"
        required
        maxLength={254}
        defaultValue={email}
      />
    </label>
  );
}
