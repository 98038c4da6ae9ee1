import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { messageOf } from '../shell/error-message.ts';
import { showToast } from '../shell/toasts.tsx';
import { t } from '../text/language.ts';

interface ChangeProps {
  /** What the button says that opens the form. */
  label: string;
  /** What the button says that sends the form. Default: the same. */
  action?: string;
  /** Whether it cannot be undone. */
  isDangerous?: boolean;
  /** Called with what was filled in. Resolves with what to say about it. What it throws is shown. */
  onSubmit: (data: FormData) => Promise<string | undefined>;
  children: ComponentChildren;
}

/** A button that becomes a form. The focus goes into the form, and back to the button. */
export function Change({ label, action = label, isDangerous = false, onSubmit, children }: ChangeProps) {
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
        class={isDangerous ? 'danger' : ''}
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
    <ChangeForm action={action} isDangerous={isDangerous} onSubmit={submit} onCancel={close}>
      {children}
    </ChangeForm>
  );
}

type FormProps = Required<Pick<ChangeProps, 'action' | 'isDangerous' | 'children'>> & {
  onSubmit: (data: FormData) => Promise<void>;
  onCancel: () => void;
};

/** A form within a section. Its first field gets the focus. */
export function ChangeForm({ action, isDangerous, onSubmit, onCancel, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const error = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('input, select, button')?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy.value) return;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    isBusy.value = true;
    error.value = undefined;
    await onSubmit(data).catch((cause: unknown) => {
      error.value = messageOf(cause);
    });
    isBusy.value = false;
  };
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
      {error.value && (
        <p class="notice bad" role="alert">
          {error.value}
        </p>
      )}
      <div class="actions">
        <button class={isDangerous ? 'danger' : 'primary'} type="submit" aria-disabled={isBusy.value}>
          {action}
        </button>
        <button type="button" onClick={onCancel}>
          {t('account.cancel')}
        </button>
      </div>
    </form>
  );
}
