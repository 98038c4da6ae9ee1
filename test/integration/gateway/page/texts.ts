import type { TextKey } from '../../../../services/gateway/page/app/text/catalog.ts';
import { LANGUAGES } from '../../../../services/gateway/page/app/text/languages.ts';
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
  const { main, parts } = await language.load();
  const more = await Promise.all(Object.values(parts).map((part) => part()));
  const texts: Record<string, Message> = Object.assign({}, main, ...more);
  return (key, values) => formatMessage(texts[key] ?? key, code, values);
}
