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

/** Sorted by code. Each text file is loaded once it is needed; English is there at once, as the language to fall back to. */
export const LANGUAGES: readonly Language[] = [
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
    ...{ code: 'en', name: 'English', dir: 'ltr', load: async () => en },
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
    ...{ code: 'pt', name: 'Português', dir: 'ltr' },
    load: async () => (await import('./pt/catalog.ts')).pt,
    parts: {
      films: async () => (await import('./pt/films.ts')).films,
      result: async () => (await import('./pt/result.ts')).result,
      operator: async () => (await import('./pt/operator.ts')).operator,
      docs: async () => (await import('./pt/docs.ts')).docs,
    },
  },
];
