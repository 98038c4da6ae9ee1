/** A name to show and to derive the MP3's from, never a path: no folders, no control characters, bounded. */
export function cleanName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const printable = base.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  return [...printable].slice(0, 200).join('') || 'video';
}
