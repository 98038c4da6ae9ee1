import { signal } from '@preact/signals';
import { en } from './en/catalog.ts';
import { LANGUAGES, type PartName, type TextKey } from './languages.ts';
import { formatMessage, type Message, type Values } from './message.ts';

/** The tests of texts import this module in Node, whose types have no document. */
const browser = globalThis as typeof globalThis & {
  document: { documentElement: { lang: string; dir: string } };
};

export const language = signal('en');
const catalog = signal<Readonly<Record<string, Message>>>(en);
/** The texts of this document beside those of the main page. */
let part: PartName | undefined;

/** The text in the language of the page. */
export const t = (key: TextKey, values?: Values): string =>
  formatMessage(catalog.value[key] ?? key, language.value, values);

export const hasText = (key: string): key is TextKey => Object.hasOwn(catalog.value, key);

/** Chooses a language and remembers it. */
export async function setLanguage(code: string): Promise<void> {
  await show(code);
  localStorage.setItem('language', code);
}

/**
 * Shows the language that was chosen before, or the first of the browser's languages that there is.
 * @param partOfDocument the texts that this document needs beside those of the main page
 */
export async function startLanguage(partOfDocument?: PartName): Promise<void> {
  part = partOfDocument;
  const wanted = [localStorage.getItem('language'), ...navigator.languages].filter((code) => code !== null);
  await show(bestOf(wanted, LANGUAGES));
}

/** @param wanted language tags, the best first. `pt-BR` fits `pt` where there is no `pt-BR`. */
export function bestOf(wanted: readonly string[], offered: readonly { code: string }[]): string {
  const codes = offered.map(({ code }) => code);
  for (const tag of wanted) {
    const found = codes.find((code) => code === tag) ?? codes.find((code) => code === tag.split('-')[0]);
    if (found !== undefined) return found;
  }
  return 'en';
}

async function show(code: string): Promise<void> {
  const found = LANGUAGES.find((offered) => offered.code === code);
  if (found === undefined) return;
  const [main, more] = await Promise.all([found.load(), part && found.parts[part]()]);
  catalog.value = { ...main, ...more };
  language.value = found.code;
  const { documentElement } = browser.document;
  documentElement.lang = found.code;
  documentElement.dir = found.dir;
}
