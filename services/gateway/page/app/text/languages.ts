import { en } from './en/catalog.ts';
import type { Message } from './message.ts';

/** All texts of the page in one language. English says which there are. */
export type Catalog = { [Key in keyof typeof en]: Message };
export type TextKey = keyof Catalog;

interface Language {
  /** A language tag (BCP 47). */
  code: string;
  /** As its speakers call it. */
  name: string;
  dir: 'ltr' | 'rtl';
  load: () => Promise<Catalog>;
}

export const LANGUAGES: readonly Language[] = [
  { code: 'en', name: 'English', dir: 'ltr', load: async () => en },
];
