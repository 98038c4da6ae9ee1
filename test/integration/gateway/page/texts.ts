import { LANGUAGES, type TextKey } from '../../../../services/gateway/page/app/text/languages.ts';
import {
  formatMessage,
  type Message,
  type Values,
} from '../../../../services/gateway/page/app/text/message.ts';

/** Returns a text of the page, as it is in one language. */
export type TextOf = (key: TextKey, values?: Values) => string;

/** All texts of the page in a language. Throws where there is no such language. */
export async function textsOf(code: string): Promise<TextOf> {
  const language = LANGUAGES.find((one) => one.code === code);
  if (language === undefined) throw new Error(`the page has no language ${code}`);
  const { load, parts } = language;
  const [main, ...more] = await Promise.all([load(), parts.operator(), parts.docs()]);
  const texts: Record<string, Message> = Object.assign({}, main, ...more);
  return (key, values) => formatMessage(texts[key] ?? key, code, values);
}

/** Three languages that are hard for a layout: the first one, one that is written from right to left, and another one. */
export function differentLanguages(): string[] {
  const [first, ...others] = LANGUAGES;
  const rightToLeft = others.find(({ dir }) => dir === 'rtl');
  const other =
    others.find(({ code, dir }) => dir === 'ltr' && code === 'de') ?? others.find(({ dir }) => dir === 'ltr');
  return [first, rightToLeft, other].flatMap((language) => language?.code ?? []);
}
