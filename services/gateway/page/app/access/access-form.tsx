import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { useSubmit } from '../shell/use-send.ts';

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
  const { error, isBusy, submit } = useSubmit(onSubmit);
  return (
    <form class="access" onSubmit={submit}>
      <Title text={title} level={level} />
      {children}
      <ErrorNotice error={error.value}>{error.value !== undefined && onError?.(error.value)}</ErrorNotice>
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
