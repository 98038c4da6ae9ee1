import { accountScenes } from './account-scenes.ts';
import { filmScenes } from './film-scenes.ts';
import { guestScenes } from './guest-scenes.ts';
import { jobScenes } from './job-scenes.ts';
import { otherScenes } from './other-scenes.ts';
import type { Setting } from './stage.ts';

/** Brings a page into a state, and resolves once that is shown. */
export type Scene = (setting: Setting) => Promise<void>;

/** Every state of the page that somebody may see, by its name, which is also that of its screenshots. */
export const SCENES: Readonly<Record<string, Scene>> = {
  ...accountScenes,
  ...guestScenes,
  ...filmScenes,
  ...jobScenes,
  ...otherScenes,
};
