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
