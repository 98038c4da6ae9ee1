import type { LocalTexts } from '../../../../../services/gateway/page/app/convert/storage/local-texts.ts';

/** What stands for the local storage of a browser. Tabs that share it see what each of them writes. */
export function createMemoryTexts(): LocalTexts {
  const texts = new Map<string, string>();
  return {
    get: (key) => texts.get(key) ?? null,
    set: (key, text) => void texts.set(key, text),
    remove: (key) => void texts.delete(key),
    keys: () => [...texts.keys()],
  };
}
