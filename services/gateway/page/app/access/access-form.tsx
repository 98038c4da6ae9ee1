import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { messageOf } from '../shell/error-message.ts';

/** The level of a title: `h1` where the form is all that the page shows. */
export type TitleLevel = 'h1' | 'h2';

interface AccessFormProps {
  title: string;
  level?: TitleLevel | undefined;
  /** What the button says that sends the form. */
  action: string;
  /** Called with what was filled in. What it throws is shown. */
  onSubmit: (data: FormData) => Promise<unknown>;
  /** Shown for an error, and also what can be done about it. */
  onError?: (error: unknown) => ComponentChildren;
  children?: ComponentChildren;
  /** What comes after the button. */
  footer?: ComponentChildren;
}

/** A form under a title. It gets the focus when it is shown, and so does the title of what comes after it. */
export function AccessForm({ title, level, action, onSubmit, onError, children, footer }: AccessFormProps) {
  const error = useSignal<{ cause: unknown } | undefined>(undefined);
  const isBusy = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy.value) return;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    isBusy.value = true;
    error.value = undefined;
    await onSubmit(data).catch((cause: unknown) => {
      error.value = { cause };
    });
    isBusy.value = false;
  };
  return (
    <form class="access" onSubmit={submit}>
      <Title text={title} level={level} />
      {children}
      {error.value && (
        <div class="notice bad" role="alert">
          <p>{messageOf(error.value.cause)}</p>
          {onError?.(error.value.cause)}
        </div>
      )}
      <button class="primary" type="submit" aria-disabled={isBusy.value}>
        {action}
      </button>
      {footer}
    </form>
  );
}

/** A title that gets the focus, so that a screen reader begins there. The first field gets it where there is one. */
export function Title({ text, level: Heading = 'h2' }: { text: string; level?: TitleLevel | undefined }) {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const field = title.current?.parentElement?.querySelector<HTMLInputElement>('input:not([readonly])');
    (field ?? title.current)?.focus();
  }, [text]);
  return (
    <Heading ref={title} tabIndex={-1}>
      {text}
    </Heading>
  );
}
