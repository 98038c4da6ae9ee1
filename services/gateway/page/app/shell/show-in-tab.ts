import { effect, type ReadonlySignal } from '@preact/signals';
import { iconOf, type TabState, titleOf } from './tab-progress.ts';

/** Keeps the title and the icon of the tab up to date. */
export function showInTab(state: ReadonlySignal<TabState>): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  effect(() => {
    document.title = titleOf(state.value);
    const href = iconOf(state.value);
    // A browser loads the icon again whenever this is set.
    if (icon && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
  });
}
