import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { FailedToLoad } from '../../jobs/failed-to-load.tsx';
import { type Loaded, useLoaded } from '../../jobs/use-loaded.ts';
import { t } from '../../text/language.ts';

/** Loads what a section lists, and again after a change, during which the old list stays. */
export function useReloaded<T>(load: () => Promise<T>) {
  const { loaded, retry } = useLoaded(load, 'list');
  const newer = useSignal<T | undefined>(undefined);
  const { value } = loaded;
  const state: Loaded<T> = newer.value === undefined ? value : { state: 'ready', value: newer.value };
  const reload = async () => {
    newer.value = await load();
  };
  return { state, retry, reload };
}

/** What a section lists, once it has been loaded. */
export function LoadedList<T>(props: {
  state: Loaded<T>;
  retry: () => void;
  children: (value: T) => ComponentChildren;
}) {
  const { state, retry, children } = props;
  if (state.state === 'loading') return <p class="quiet">{t('shell.loading')}</p>;
  if (state.state === 'failed') return <FailedToLoad error={state.error} retry={retry} />;
  return <>{children(state.value)}</>;
}
