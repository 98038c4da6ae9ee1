import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';

interface Sending {
  /** What the last try threw, for `ErrorNotice`. Undefined after a success, and during a try. */
  error: Signal<unknown>;
  /** Whether a try is under way. */
  isBusy: ReadonlySignal<boolean>;
}

/** Runs one call of `work` at a time, and keeps its error. */
export function useSend<Args extends unknown[]>(
  work: (...args: Args) => Promise<unknown>,
): Sending & { send: (...args: Args) => Promise<void> } {
  const error = useSignal<unknown>(undefined);
  const isBusy = useSignal(false);
  const send = async (...args: Args) => {
    if (isBusy.value) return;
    isBusy.value = true;
    error.value = undefined;
    try {
      await work(...args);
    } catch (cause) {
      error.value = cause;
    } finally {
      isBusy.value = false;
    }
  };
  return { error, isBusy, send };
}

/** The same for what was filled into a form. `submit` is for its `onSubmit`. */
export function useSubmit(
  work: (data: FormData) => Promise<unknown>,
): Sending & { submit: (event: SubmitEvent) => Promise<void> } {
  const { send, ...sending } = useSend(work);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    return send(new FormData(event.currentTarget as HTMLFormElement));
  };
  return { ...sending, submit };
}
