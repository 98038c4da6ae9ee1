import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { showToast } from '../shell/toasts.tsx';
import { useSubmit } from '../shell/use-send.ts';
import { t } from '../text/language.ts';

interface ChangeProps {
  /** What the button says that opens the form. */
  label: string;
  /** What the button says that sends the form. Default: the same. */
  action?: string;
  /** Whether it cannot be undone. */
  isDangerous?: boolean;
  /** The id of the element that names the entry of a list. With it, the button that opens the form is a quiet one. */
  entry?: string | undefined;
  /** Called with what was filled in. Resolves with what to say about it. What it throws is shown. */
  onSubmit: (data: FormData) => Promise<string | undefined>;
  children: ComponentChildren;
}

/** A button that becomes a form. The focus goes into the form, and back to the button. */
export function Change({
  label,
  action = label,
  isDangerous = false,
  entry,
  onSubmit,
  children,
}: ChangeProps) {
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen.value) button.current?.focus();
    wasOpen.current = isOpen.value;
  }, [isOpen.value]);
  const close = () => {
    isOpen.value = false;
  };
  if (!isOpen.value)
    return (
      <button
        ref={button}
        type="button"
        class={lookOf(entry, isDangerous)}
        aria-describedby={entry}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {label}
      </button>
    );
  const submit = async (data: FormData) => {
    const text = await onSubmit(data);
    if (text !== undefined) showToast({ text, kind: 'plain' });
    close();
  };
  return (
    <ChangeForm action={action} isDangerous={isDangerous} entry={entry} onSubmit={submit} onCancel={close}>
      {children}
    </ChangeForm>
  );
}

function lookOf(entry: string | undefined, isDangerous: boolean): string {
  if (entry !== undefined) return 'quiet-button';
  return isDangerous ? 'danger' : '';
}

interface FormProps extends Pick<ChangeProps, 'isDangerous' | 'entry' | 'children'> {
  action: string;
  onSubmit: (data: FormData) => Promise<void>;
  onCancel: () => void;
}

/**
 * A form within a section. Its first field gets the focus. Without one it is the button that does no harm: whoever holds down a key must
 * not send what cannot be undone.
 */
export function ChangeForm({ action, isDangerous = false, entry, onSubmit, onCancel, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { error, isBusy, submit } = useSubmit(onSubmit);
  useLayoutEffect(() => {
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    (find('input:not([hidden]), select') ?? find(isDangerous ? '[type=button]' : '[type=submit]'))?.focus();
  }, []);
  return (
    <form
      class="change"
      ref={form}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      {children}
      <ErrorNotice error={error.value} />
      <div class="actions">
        <button
          class={isDangerous ? 'danger' : 'primary'}
          type="submit"
          aria-disabled={isBusy.value}
          aria-describedby={entry}
        >
          {action}
        </button>
        <button type="button" onClick={onCancel}>
          {t('account.cancel')}
        </button>
      </div>
    </form>
  );
}
