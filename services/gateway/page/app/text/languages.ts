import { en } from './en/catalog.ts';
import type { docs } from './en/docs.ts';
import type { operator } from './en/operator.ts';
import type { Message } from './message.ts';

type Texts<English> = { [Key in keyof English]: Message };

/** All texts of the main page in one language. English says which there are. */
export type Catalog = Texts<typeof en>;

/** Texts that only one of the other documents loads. */
export interface Parts {
  operator: Texts<typeof operator>;
  docs: Texts<typeof docs>;
}
export type PartName = keyof Parts;
export type TextKey = keyof Catalog | keyof Parts['operator'] | keyof Parts['docs'];

interface Language {
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
      operator: async () => (await import('./en/operator.ts')).operator,
      docs: async () => (await import('./en/docs.ts')).docs,
    },
  },
];
