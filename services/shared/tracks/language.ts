/** Codes that name no language: undetermined, several, uncoded, no language (ISO 639-2), and DVB's «original version». */
const NO_LANGUAGE = new Set(['und', 'mul', 'mis', 'zxx', 'qaa']);
/** DVB's codes for a narrative: the description of the picture for the blind. `qad` is that of French broadcasters. */
const NARRATIVE = new Set(['nar', 'qad']);

/** Returns a language tag as a file states it, in lower case, or null where it states none. */
export function languageOf(tag: string | undefined): string | null {
  const language = (tag ?? '').trim().toLowerCase().replaceAll('_', '-');
  if (!/^[a-z]{2,8}(-[a-z\d]{1,8}){0,3}$/.test(language)) return null;
  return NO_LANGUAGE.has(language) ? null : language;
}

export const isNarrative = (language: string | null): boolean => NARRATIVE.has(language ?? '');

/**
 * Whether two tags name the same language. ISO 639 has up to three codes for one, such as `de`, `deu` and `ger`: the data of
 * Unicode (CLDR) maps all of them to one. A region such as that of `en-US` does not count.
 */
export const isSameLanguage = (one: string, other: string): boolean => primary(one) === primary(other);

function primary(tag: string): string {
  try {
    const [canonical = tag] = Intl.getCanonicalLocales(tag);
    const { language } = new Intl.Locale(canonical);
    // Norwegian is written in two ways. Files use the code of either, or the common one.
    return language === 'nb' || language === 'nn' ? 'no' : language;
  } catch {
    return tag;
  }
}
