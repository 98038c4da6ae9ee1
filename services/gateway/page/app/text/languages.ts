import { en } from './en/catalog.ts';
import type { docs } from './en/docs.ts';
import type { films } from './en/films.ts';
import type { operator } from './en/operator.ts';
import type { result } from './en/result.ts';
import type { Message } from './message.ts';

type Texts<English> = { [Key in keyof English]: Message };

/** The texts in one language that a page needs at once. English says which there are. */
export type Catalog = Texts<typeof en>;

/** The texts that are loaded later, or by another document. */
export interface Parts {
  films: Texts<typeof films>;
  result: Texts<typeof result>;
  operator: Texts<typeof operator>;
  docs: Texts<typeof docs>;
}
export type PartName = keyof Parts;
export type TextKey = keyof Catalog | { [Name in PartName]: keyof Parts[Name] }[PartName];

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
    ...{ code: 'en', name: 'English', dir: 'ltr', load: async () => en },
    parts: {
      films: async () => (await import('./en/films.ts')).films,
      result: async () => (await import('./en/result.ts')).result,
      operator: async () => (await import('./en/operator.ts')).operator,
      docs: async () => (await import('./en/docs.ts')).docs,
    },
  },
];
