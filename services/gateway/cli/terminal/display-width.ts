/** Characters that take two columns: East Asian wide and full-width ones (Unicode Annex 11), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that are drawn over the character before, and joiners. */
const NARROWEST = /[\p{M}\u200b-\u200d]/u;

/** Columns of one character on a terminal. */
const columnsOf = (character: string): number => {
  if (NARROWEST.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
};

/** Columns that a text takes on a terminal. It must have no control characters. */
export const displayWidth = (text: string): number =>
  [...text].reduce((sum, character) => sum + columnsOf(character), 0);

/** Cuts a text to a number of columns. What was cut is shown by `…` in front of the last ones, which tell episodes apart. */
export function fitTo(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns <= 0) return '';
  const tail = takeColumns([...text].reverse(), Math.floor((columns - 1) / 3))
    .reverse()
    .join('');
  return `${takeColumns([...text], columns - 1 - displayWidth(tail)).join('')}…${tail}`;
}

/** Cuts a text without a mark. */
export const cutTo = (text: string, columns: number): string => takeColumns([...text], columns).join('');

function takeColumns(characters: readonly string[], columns: number): string[] {
  let used = 0;
  let count = 0;
  for (; count < characters.length; count++) {
    used += columnsOf(characters[count] ?? '');
    if (used > columns) break;
  }
  return characters.slice(0, count);
}
