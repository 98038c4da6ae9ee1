import type { access } from './en/access.ts';
import type { account } from './en/account.ts';
import type { en } from './en/catalog.ts';
import type { docs } from './en/docs.ts';
import type { films } from './en/films.ts';
import type { operator } from './en/operator.ts';
import type { result } from './en/result.ts';
import type { Message } from './message.ts';

export type Texts<English> = { [Key in keyof English]: Message };

/** The texts in one language that a page needs at once. English says which there are. */
export type Catalog = Texts<typeof en>;

/** The texts that are loaded later, or by another document. */
export interface Parts {
  access: Texts<typeof access>;
  account: Texts<typeof account>;
  films: Texts<typeof films>;
  result: Texts<typeof result>;
  operator: Texts<typeof operator>;
  docs: Texts<typeof docs>;
}
export type PartName = keyof Parts;

/** All texts in one language. */
export interface LanguageTexts {
  main: Catalog;
  parts: { [Name in PartName]: () => Promise<Parts[Name]> };
}

export type TextKey = keyof Catalog | { [Name in PartName]: keyof Parts[Name] }[PartName];
