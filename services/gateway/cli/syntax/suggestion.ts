/** Words with more typing mistakes than this are not alike. */
const MAX_MISTAKES = 2;

/** The word that was most likely meant; undefined where none is alike. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  const byBeginning = known.filter((each) => word.length > 2 && each.startsWith(word));
  if (byBeginning.length === 1) return byBeginning[0];
  const [nearest] = known
    .map((each) => ({ each, mistakes: mistakesBetween(word, each) }))
    .filter(({ each, mistakes }) => mistakes <= Math.min(MAX_MISTAKES, each.length / 3))
    .sort((a, b) => a.mistakes - b.mistakes);
  return nearest?.each;
}

/** Counts letters that are missing, superfluous, wrong or swapped with the next (optimal string alignment distance). */
function mistakesBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
