const STATES = ['waiting', 'sending', 'converting', 'saved', 'failed'] as const;
export type FilmState = (typeof STATES)[number];

/** Counts the films of a run by their states. */
export interface Counts {
  change(from: FilmState | undefined, to: FilmState | undefined): void;
  failed(): number;
  /** `3 of 12 saved, 1 failed: sending 2, converting 5` */
  describe(): string;
}

/** @param total undefined where it is not known, because films appear one after the other */
export function createCounts(total: number | undefined): Counts {
  const counts = new Map<FilmState, number>(STATES.map((state) => [state, 0]));
  const count = (state: FilmState) => counts.get(state) ?? 0;
  return {
    change(from, to) {
      if (from) counts.set(from, count(from) - 1);
      if (to) counts.set(to, count(to) + 1);
    },
    failed: () => count('failed'),
    describe() {
      const done = [
        total === undefined ? `${count('saved')} saved` : `${count('saved')} of ${total} saved`,
        count('failed') > 0 && `${count('failed')} failed`,
      ];
      const doing = (['sending', 'converting'] as const).map(
        (state) => count(state) > 0 && `${state} ${count(state)}`,
      );
      const texts = [done, doing].map((parts) => parts.filter(Boolean).join(', ')).filter(Boolean);
      return texts.join(': ');
    },
  };
}
