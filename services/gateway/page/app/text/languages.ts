import type { LanguageTexts } from './catalog.ts';
import { texts as english } from './en/texts.ts';

export interface Language {
  /** A language tag (BCP 47). */
  code: string;
  /** As its speakers call it. */
  name: string;
  dir: 'ltr' | 'rtl';
  load: () => Promise<LanguageTexts>;
}

export const LANGUAGES: readonly Language[] = [
  {
    ...{ code: 'ar', name: 'العربية', dir: 'rtl' },
    load: async () => (await import('./ar/texts.ts')).texts,
  },
  {
    ...{ code: 'de', name: 'Deutsch', dir: 'ltr' },
    load: async () => (await import('./de/texts.ts')).texts,
  },
  {
    ...{ code: 'en', name: 'English', dir: 'ltr' },
    load: async () => english,
  },
  {
    ...{ code: 'es', name: 'Español', dir: 'ltr' },
    load: async () => (await import('./es/texts.ts')).texts,
  },
  {
    ...{ code: 'fr', name: 'Français', dir: 'ltr' },
    load: async () => (await import('./fr/texts.ts')).texts,
  },
  {
    ...{ code: 'it', name: 'Italiano', dir: 'ltr' },
    load: async () => (await import('./it/texts.ts')).texts,
  },
  {
    ...{ code: 'ja', name: '日本語', dir: 'ltr' },
    load: async () => (await import('./ja/texts.ts')).texts,
  },
  {
    ...{ code: 'ko', name: '한국어', dir: 'ltr' },
    load: async () => (await import('./ko/texts.ts')).texts,
  },
  {
    ...{ code: 'nl', name: 'Nederlands', dir: 'ltr' },
    load: async () => (await import('./nl/texts.ts')).texts,
  },
  {
    ...{ code: 'pl', name: 'Polski', dir: 'ltr' },
    load: async () => (await import('./pl/texts.ts')).texts,
  },
  {
    ...{ code: 'pt', name: 'Português', dir: 'ltr' },
    load: async () => (await import('./pt/texts.ts')).texts,
  },
  {
    ...{ code: 'uk', name: 'Українська', dir: 'ltr' },
    load: async () => (await import('./uk/texts.ts')).texts,
  },
  {
    ...{ code: 'zh', name: '简体中文', dir: 'ltr' },
    load: async () => (await import('./zh/texts.ts')).texts,
  },
];
