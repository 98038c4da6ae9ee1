import { signal } from '@preact/signals';
import { en } from './en/catalog.ts';
import { LANGUAGES, type PartName, type TextKey } from './languages.ts';
import { formatMessage, type Message, type Values } from './message.ts';

/** The tests of texts import this module in Node, whose types have no document. */
const browser = globalThis as typeof globalThis & {
  document?: { documentElement: { lang: string; dir: string } };
};

export const language = signal('en');
const catalog = signal<Readonly<Record<string, Message>>>(en);
/** What was loaded beside the texts that are needed at once. */
const parts = new Set<PartName>();
/** The language that was asked for last. Its texts may still be on their way. */
let wanted = 'en';

/** The text in the language of the page. */
export const t = (key: TextKey, values?: Values): string =>
  formatMessage(catalog.value[key] ?? key, language.value, values);

export const hasText = (key: string): key is TextKey => Object.hasOwn(catalog.value, key);

/** Chooses a language and remembers it. */
export async function setLanguage(code: string): Promise<void> {
  await show(code);
  localStorage.setItem('language', code);
}

/** Shows the language that was chosen before, or the first of the browser's languages that there is. */
export async function startLanguage(): Promise<void> {
  const tags = [localStorage.getItem('language'), ...navigator.languages].filter((code) => code !== null);
  await show(bestOf(tags, LANGUAGES));
}

/** Loads texts that are needed from now on, in each language that is chosen. */
export async function loadTexts(...names: PartName[]): Promise<void> {
  if (names.every((name) => parts.has(name))) return;
  for (const name of names) parts.add(name);
  await show(wanted);
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
  wanted = code;
  const [main, ...more] = await Promise.all([found.load(), ...[...parts].map((name) => found.parts[name]())]);
  // Another language may have been chosen meanwhile, or more texts be needed.
  if (wanted !== code) return;
  catalog.value = Object.assign({}, main, ...more);
  language.value = found.code;
  if (browser.document) Object.assign(browser.document.documentElement, { lang: found.code, dir: found.dir });
}
