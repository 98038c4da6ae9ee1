import { signal } from '@preact/signals';
import { en } from './en/catalog.ts';
import { type Catalog, LANGUAGES, type TextKey } from './languages.ts';
import { formatMessage, type Values } from './message.ts';

export const language = signal('en');
const catalog = signal<Catalog>(en);

/** The text in the language of the page. */
export const t = (key: TextKey, values?: Values): string =>
  formatMessage(catalog.value[key], language.value, values);

export const hasText = (key: string): key is TextKey => Object.hasOwn(en, key);

/** Chooses a language and remembers it. */
export async function setLanguage(code: string): Promise<void> {
  await show(code);
  localStorage.setItem('language', code);
}

/** Shows the language that was chosen before, or the first of the browser's languages that there is. */
export async function startLanguage(): Promise<void> {
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
  catalog.value = await found.load();
  language.value = found.code;
  document.documentElement.lang = found.code;
  document.documentElement.dir = found.dir;
}
