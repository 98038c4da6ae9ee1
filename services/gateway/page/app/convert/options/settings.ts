import { signal } from '@preact/signals';
import * as z from 'zod';
import { parseJson } from '../../../../../shared/runtime/parse-json.ts';
import { texts } from '../storage/kept.ts';
import { fromQueryText, toQueryText } from '../storage/query-text.ts';
import { isValid } from './check-options.ts';
import { pickOptions, REMEMBERED, type Settings } from './options.ts';

const KEY = 'settings';
const kept = z.object({ options: z.string(), whole: z.boolean() });

export const settings = signal<Settings>(readSettings());

/** Saves the settings for the films that are chosen now. The settings that are not about one film are remembered for later ones. */
export function changeSettings(change: Partial<Settings>): void {
  settings.value = { ...settings.value, ...change };
  const { options, whole } = settings.value;
  texts.set(KEY, JSON.stringify({ options: toQueryText(pickOptions(options, REMEMBERED)), whole }));
}

/** Options that this release does not know any more are not taken over. */
function readSettings(): Settings {
  const { data } = kept.safeParse(parseJson(texts.get(KEY) ?? ''));
  const options = fromQueryText(data?.options ?? '');
  if (!data || !isValid(options)) return { options: {}, whole: false };
  return { whole: data.whole, options: pickOptions(options, REMEMBERED) };
}
