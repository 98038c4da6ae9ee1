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
