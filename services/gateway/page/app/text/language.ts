import { signal } from '@preact/signals';
import type { PartName, TextKey } from './catalog.ts';
import { en } from './en/catalog.ts';
import { LANGUAGES, type Language } from './languages.ts';
import { formatMessage, type Message, type Values } from './message.ts';

/** The tests of texts import this module in Node, which has no document. */
const browser = globalThis as typeof globalThis & {
  document?: { documentElement: { lang: string; dir: string } };
};

export const language = signal('en');
const catalog = signal<Readonly<Record<string, Message>>>(en);
/** The texts that were loaded beside those of the main page. */
const parts = new Set<PartName>();
/** One change of the texts at a time, so that the last one wins. */
let changes: Promise<void> = Promise.resolve();

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

/** Loads texts that only some views need. Wait for it before one of these is drawn. */
export function loadTexts(...names: PartName[]): Promise<void> {
  const missing = names.filter((name) => !parts.has(name));
  if (missing.length === 0) return changes;
  for (const name of missing) parts.add(name);
  return change(() => loadCatalog(languageOf(language.peek()))).catch((error: unknown) => {
    for (const name of missing) parts.delete(name);
    throw error;
  });
}

const show = (code: string): Promise<void> =>
  change(async () => {
    const found = languageOf(code);
    await loadCatalog(found);
    language.value = code;
    if (browser.document)
      Object.assign(browser.document.documentElement, { lang: found.code, dir: found.dir });
  });

function change(work: () => Promise<void>): Promise<void> {
  const changed = changes.then(work);
  changes = changed.catch(() => undefined);
  return changed;
}

async function loadCatalog({ load }: Language): Promise<void> {
  const { main, parts: loaders } = await load();
  const loaded = await Promise.all([...parts].map((part) => loaders[part]()));
  catalog.value = Object.assign({}, main, ...loaded);
}

const languageOf = (code: string): Language => {
  const found = LANGUAGES.find((offered) => offered.code === code);
  if (found === undefined) throw new Error(`there is no language ${code}`);
  return found;
};
