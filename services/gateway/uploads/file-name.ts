/**
 * Returns a name for people, from which the name of the MP3 is derived: without
 * folders and control characters, and at most 200 characters.
 */
export function cleanName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const printable = base.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  return [...printable].slice(0, 200).join('') || 'video';
}
