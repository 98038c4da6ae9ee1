const codes = Array.from({ length: 26 * 26 }, (_, index) =>
  String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26)),
);

/** The names of all countries and languages in a language: short texts that no rule was made for. */
export function placeNames(language: string): string[] {
  const regions = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
  const languages = new Intl.DisplayNames(language, { type: 'language', fallback: 'none' });
  const names = codes.flatMap((code) => [regions.of(code), languages.of(code.toLowerCase())]);
  return [...new Set(names)].filter((name) => name !== undefined && /\P{ASCII}/u.test(name)) as string[];
}
