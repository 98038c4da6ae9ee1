import type { Catalog, PartName, Parts } from './catalog.ts';
import { en } from './en/catalog.ts';

export interface Language {
  /** A language tag (BCP 47). */
  code: string;
  /** As its speakers call it. */
  name: string;
  dir: 'ltr' | 'rtl';
  load: () => Promise<Catalog>;
  parts: { [Name in PartName]: () => Promise<Parts[Name]> };
}

export const LANGUAGES: readonly Language[] = [
  {
    ...{ code: 'ar', name: 'العربية', dir: 'rtl' },
    load: async () => (await import('./ar/catalog.ts')).ar,
    parts: {
      films: async () => (await import('./ar/films.ts')).films,
      result: async () => (await import('./ar/result.ts')).result,
      operator: async () => (await import('./ar/operator.ts')).operator,
      docs: async () => (await import('./ar/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'de', name: 'Deutsch', dir: 'ltr' },
    load: async () => (await import('./de/catalog.ts')).de,
    parts: {
      films: async () => (await import('./de/films.ts')).films,
      result: async () => (await import('./de/result.ts')).result,
      operator: async () => (await import('./de/operator.ts')).operator,
      docs: async () => (await import('./de/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'en', name: 'English', dir: 'ltr' },
    load: async () => en,
    parts: {
      films: async () => (await import('./en/films.ts')).films,
      result: async () => (await import('./en/result.ts')).result,
      operator: async () => (await import('./en/operator.ts')).operator,
      docs: async () => (await import('./en/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'es', name: 'Español', dir: 'ltr' },
    load: async () => (await import('./es/catalog.ts')).es,
    parts: {
      films: async () => (await import('./es/films.ts')).films,
      result: async () => (await import('./es/result.ts')).result,
      operator: async () => (await import('./es/operator.ts')).operator,
      docs: async () => (await import('./es/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'fr', name: 'Français', dir: 'ltr' },
    load: async () => (await import('./fr/catalog.ts')).fr,
    parts: {
      films: async () => (await import('./fr/films.ts')).films,
      result: async () => (await import('./fr/result.ts')).result,
      operator: async () => (await import('./fr/operator.ts')).operator,
      docs: async () => (await import('./fr/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'it', name: 'Italiano', dir: 'ltr' },
    load: async () => (await import('./it/catalog.ts')).it,
    parts: {
      films: async () => (await import('./it/films.ts')).films,
      result: async () => (await import('./it/result.ts')).result,
      operator: async () => (await import('./it/operator.ts')).operator,
      docs: async () => (await import('./it/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'ja', name: '日本語', dir: 'ltr' },
    load: async () => (await import('./ja/catalog.ts')).ja,
    parts: {
      films: async () => (await import('./ja/films.ts')).films,
      result: async () => (await import('./ja/result.ts')).result,
      operator: async () => (await import('./ja/operator.ts')).operator,
      docs: async () => (await import('./ja/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'ko', name: '한국어', dir: 'ltr' },
    load: async () => (await import('./ko/catalog.ts')).ko,
    parts: {
      films: async () => (await import('./ko/films.ts')).films,
      result: async () => (await import('./ko/result.ts')).result,
      operator: async () => (await import('./ko/operator.ts')).operator,
      docs: async () => (await import('./ko/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'nl', name: 'Nederlands', dir: 'ltr' },
    load: async () => (await import('./nl/catalog.ts')).nl,
    parts: {
      films: async () => (await import('./nl/films.ts')).films,
      result: async () => (await import('./nl/result.ts')).result,
      operator: async () => (await import('./nl/operator.ts')).operator,
      docs: async () => (await import('./nl/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'pl', name: 'Polski', dir: 'ltr' },
    load: async () => (await import('./pl/catalog.ts')).pl,
    parts: {
      films: async () => (await import('./pl/films.ts')).films,
      result: async () => (await import('./pl/result.ts')).result,
      operator: async () => (await import('./pl/operator.ts')).operator,
      docs: async () => (await import('./pl/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'pt', name: 'Português', dir: 'ltr' },
    load: async () => (await import('./pt/catalog.ts')).pt,
    parts: {
      films: async () => (await import('./pt/films.ts')).films,
      result: async () => (await import('./pt/result.ts')).result,
      operator: async () => (await import('./pt/operator.ts')).operator,
      docs: async () => (await import('./pt/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'uk', name: 'Українська', dir: 'ltr' },
    load: async () => (await import('./uk/catalog.ts')).uk,
    parts: {
      films: async () => (await import('./uk/films.ts')).films,
      result: async () => (await import('./uk/result.ts')).result,
      operator: async () => (await import('./uk/operator.ts')).operator,
      docs: async () => (await import('./uk/docs.ts')).docs,
    },
  },
  {
    ...{ code: 'zh', name: '简体中文', dir: 'ltr' },
    load: async () => (await import('./zh/catalog.ts')).zh,
    parts: {
      films: async () => (await import('./zh/films.ts')).films,
      result: async () => (await import('./zh/result.ts')).result,
      operator: async () => (await import('./zh/operator.ts')).operator,
      docs: async () => (await import('./zh/docs.ts')).docs,
    },
  },
];
