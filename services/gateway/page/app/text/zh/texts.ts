import type { LanguageTexts } from '../catalog.ts';
import { zh } from './catalog.ts';

/** All texts in Simplified Chinese. */
export const texts: LanguageTexts = {
  main: zh,
  parts: {
    access: async () => (await import('./access.ts')).access,
    account: async () => (await import('./account.ts')).account,
    films: async () => (await import('./films.ts')).films,
    result: async () => (await import('./result.ts')).result,
    operator: async () => (await import('./operator.ts')).operator,
    docs: async () => (await import('./docs.ts')).docs,
  },
};
