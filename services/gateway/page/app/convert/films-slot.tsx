import { useSignal, useSignalEffect } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { showError } from '../shell/toasts.tsx';
import { loadTexts } from '../text/language.ts';
import { films } from './state.ts';
import { hasFilms } from './storage/has-films.ts';

/** The films, and how they are converted. Loaded once there are any, also of an earlier visit. */
export function FilmsSlot() {
  const view = useSignal<{ View: FunctionComponent } | undefined>(undefined);
  useSignalEffect(() => {
    if (view.value || !(films.value.length > 0 || hasFilms())) return;
    load().then((loaded) => {
      view.value = loaded;
    }, showError);
  });
  return view.value ? <view.value.View /> : null;
}

async function load(): Promise<{ View: FunctionComponent }> {
  const [{ FilmsView }, { startFilms }] = await Promise.all([
    import('./films/films-view.tsx'),
    import('./films/start.ts'),
    loadTexts('films', 'result'),
  ]);
  startFilms();
  return { View: FilmsView };
}
