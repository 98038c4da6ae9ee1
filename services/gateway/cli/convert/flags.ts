import { email, json, quiet, url } from '../syntax/common-flags.ts';
import type { Flag } from '../syntax/flags.ts';

export const output: Flag = {
  name: 'output',
  short: 'o',
  value: 'PATH',
  text: [
    'where the MP3 goes: a file, a folder, or - for the standard output',
    "(default: the video's name with .mp3, in this folder;",
    'for a film of a folder, beside the film)',
  ],
  completes: 'files',
};

export const force: Flag = {
  name: 'force',
  short: 'f',
  text: ['overwrite files, and fetch again what is converted already'],
};

export const recursive: Flag = {
  name: 'recursive',
  short: 'r',
  text: ['also what is in the folders of a folder; -o keeps the tree'],
};

export const whole: Flag = { name: 'whole', text: ['send all of each film, and not only its sound'] };

export const watch: Flag = {
  name: 'watch',
  value: 'DIR',
  text: ['convert what is in the folder and what appears there, until Ctrl-C'],
  completes: 'folders',
};

/** Flags that have become commands of their own. They stay for scripts that have them. */
export const job: Flag = { name: 'job', value: 'ID', text: ['the same as `download ID`'], completes: 'jobs' };
export const probe: Flag = { name: 'probe', text: ['the same as `probe FILES`'] };

export const account: readonly Flag[] = [url, email];
export const printing: readonly Flag[] = [json, quiet];
