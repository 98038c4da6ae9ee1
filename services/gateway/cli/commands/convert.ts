import { readConversion } from '../convert/command-line.ts';
import { account, force, job, output, printing, probe, recursive, watch, whole } from '../convert/flags.ts';
import { optionGroups } from '../convert/option-flags.ts';
import { runConversion } from '../convert/run.ts';
import type { Command } from '../syntax/command.ts';
import { general } from '../syntax/common-flags.ts';

export const convert: Command = {
  name: 'convert',
  summary: 'Send films and fetch their MP3s',
  synopsis: ['FILE|DIR... [-o PATH] [--recursive]', '--watch DIR [-o DIR] [--recursive]'],
  details: [
    'Sends only the sound of a film, where the MP3 is certain to be the same.',
    'Several films are sent and converted at the same time.',
    'Of a folder, the files with the name of a film are taken.',
    'After Ctrl-C or a power cut, the same command goes on: it does not send again what was sent, and leaves out what is converted already from the same film with the same options.',
    'The password of an existing account comes from $MP3_PASSWORD, or from `login`, or you are asked for it.',
    'The code of a second factor comes from $MP3_CODE, or you are asked for it; after `login`, none is needed.',
  ],
  groups: [
    { title: 'Files', flags: [output, force, recursive, watch, whole, job, probe] },
    ...optionGroups,
    general(...account, ...printing),
  ],
  operands: 'files',
  examples: [
    ['convert movie.mp4', 'writes movie.mp3 into this folder'],
    ['convert -r films -o mp3', 'converts all films below films, and keeps their tree below mp3'],
    ['convert talk.mkv --preset podcast --start 1:30', 'leaves out the first 90 seconds'],
    ['convert --watch recordings', 'converts each recording when it is complete'],
    ['convert movie.mp4 -o - | mpv -', 'plays the MP3'],
  ],
  run: (input, program) => runConversion('convert', readConversion(input, program.env), program),
};
