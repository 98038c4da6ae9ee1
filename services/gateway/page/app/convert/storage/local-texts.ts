/** The local storage of a browser, or what stands for it. A browser may refuse it, or be out of room: then nothing is kept. */
export interface LocalTexts {
  get(key: string): string | null;
  set(key: string, text: string): void;
  remove(key: string): void;
  keys(): string[];
}

const PREFIX = 'convert:';

export const createLocalTexts = (storage: () => Storage): LocalTexts => ({
  get: (key) => attempt(() => storage().getItem(PREFIX + key)) ?? null,
  set: (key, text) => void attempt(() => storage().setItem(PREFIX + key, text)),
  remove: (key) => void attempt(() => storage().removeItem(PREFIX + key)),
  keys: () =>
    attempt(() =>
      Object.keys(storage())
        .filter((key) => key.startsWith(PREFIX))
        .map((key) => key.slice(PREFIX.length)),
    ) ?? [],
});

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
