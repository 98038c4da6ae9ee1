import { signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** As early.ts has set it before anything was painted. */
export const theme = signal<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system');

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === 'system') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem('theme');
  } else {
    document.documentElement.dataset.theme = chosen;
    localStorage.setItem('theme', chosen);
  }
}
