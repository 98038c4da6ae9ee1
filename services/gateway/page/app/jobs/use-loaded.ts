import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export type Loaded<T> =
  | { state: 'loading' }
  | { state: 'ready'; value: T }
  | { state: 'failed'; error: unknown };

/** Loads something for a view, and again whenever `key` changes. */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  key: unknown,
): { loaded: ReadonlySignal<Loaded<T>>; retry: () => void } {
  const loaded = useSignal<Loaded<T>>({ state: 'loading' });
  const attempt = useSignal(0);
  useEffect(() => {
    const stop = new AbortController();
    loaded.value = { state: 'loading' };
    load(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) loaded.value = { state: 'ready', value };
      },
      (error: unknown) => {
        if (!stop.signal.aborted) loaded.value = { state: 'failed', error };
      },
    );
    return () => stop.abort();
  }, [key, attempt.value]);
  return {
    loaded,
    retry: () => {
      attempt.value += 1;
    },
  };
}
