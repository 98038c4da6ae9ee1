import { useSignal } from '@preact/signals';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../shell/icons.tsx';
import { t } from '../text/language.ts';

/** The fewest characters of a password, as auth counts them. */
const MIN_LENGTH = 8;

interface PasswordFieldProps {
  name?: string;
  label?: string;
  /** Whether it is a password that somebody chooses now. */
  isNew?: boolean;
  /** Whether it gets the focus when it is shown. */
  hasFocus?: boolean;
}

/** A password, which can be shown. A password manager knows by `autocomplete` what it is for. */
export function PasswordField({
  name = 'password',
  label = t('session.password'),
  isNew = false,
  hasFocus = false,
}: PasswordFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const isShown = useSignal(false);
  useLayoutEffect(() => {
    if (hasFocus) input.current?.focus();
  }, []);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="password">
        <input
          id={id}
          ref={input}
          name={name}
          {...(isShown.value ? { type: 'text' } : { type: 'password' })}
          autocomplete={isNew ? 'new-password' : 'current-password'}
          autocapitalize="none"
          spellcheck={false}
          required
          minLength={isNew ? MIN_LENGTH : undefined}
          aria-describedby={isNew ? `${id}-hint` : undefined}
        />
        <button
          type="button"
          aria-pressed={isShown.value}
          aria-controls={id}
          onClick={() => {
            isShown.value = !isShown.value;
          }}
        >
          <Icon name="eye" />
          <span class="visually-hidden">{t('session.show_password')}</span>
        </button>
      </div>
      {isNew && (
        <small id={`${id}-hint`} class="quiet">
          {t('session.password_hint')}
        </small>
      )}
    </div>
  );
}
