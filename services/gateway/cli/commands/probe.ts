import { readConversion } from '../convert/command-line.ts';
import { account, printing } from '../convert/flags.ts';
import { optionGroups } from '../convert/option-flags.ts';
import { runConversion } from '../convert/run.ts';
import type { Command } from '../syntax/command.ts';
import { general } from '../syntax/common-flags.ts';

export const probe: Command = {
  name: 'probe',
  summary: 'Show what films are, and what MP3s to expect',
  synopsis: ['FILE...'],
  details: [
    'Prints tracks, length, tags and chapters, and the size and the time of the MP3, without converting.',
    'Sends only the beginning and the end of each file.',
    'The star marks the track that would be taken.',
  ],
  groups: [...optionGroups, general(...account, ...printing)],
  operands: 'files',
  examples: [
    ['probe movie.mkv', 'shows its tracks'],
    ['probe movie.mkv --track 2 --bitrate 320', 'shows how large that MP3 would be'],
  ],
  run: (input, program) =>
    runConversion('probe', { ...readConversion(input, program.env), probe: true }, program),
};
