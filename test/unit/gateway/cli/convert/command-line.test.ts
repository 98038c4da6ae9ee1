import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert } from '../../../../../services/gateway/cli/commands/convert.ts';
import { readConversion } from '../../../../../services/gateway/cli/convert/command-line.ts';
import { UsageError } from '../../../../../services/gateway/cli/errors.ts';
import { flagsOf } from '../../../../../services/gateway/cli/syntax/command.ts';
import { parseInput } from '../../../../../services/gateway/cli/syntax/flags.ts';

const parseCommand = (args: string[], env: NodeJS.ProcessEnv) =>
  readConversion(parseInput(args, flagsOf(convert)), env);

const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';

describe('readConversion', () => {
  const ACCEPTED: [args: string[], env: NodeJS.ProcessEnv, expected: object][] = [
    [
      ['a.mp4'],
      {},
      { files: ['a.mp4'], options: {}, url: 'http://localhost:8080', force: false, quiet: false },
    ],
    [
      ['a.mp4', 'b.mkv', '-o', 'out/', '-fq'],
      {},
      { files: ['a.mp4', 'b.mkv'], output: 'out/', force: true, quiet: true },
    ],
    [['a.mp4', '-o', '-'], {}, { output: '-' }],
    [['a.mp4', '--bitrate', '192'], {}, { options: { bitrate: '192' } }],
    [['a.mp4', '--quality=0'], {}, { options: { quality: '0' } }],
    [
      [
        'a.mp4',
        '--preset=podcast',
        '--sample-rate',
        '24000',
        '--channels',
        '1',
        '--start',
        '1:30',
        '--end=90.5',
      ],
      {},
      { options: { preset: 'podcast', sample_rate: '24000', channels: '1', start: '1:30', end: '90.5' } },
    ],
    [
      ['a.mp4', '--copy', '--strict', '--strip-tags'],
      {},
      { options: { copy: 'true', strict: 'true', strip_tags: 'true' } },
    ],
    [
      [
        'a.mp4',
        '--title',
        'Mr. Bean',
        '--artist=Ä',
        '--album',
        'x',
        '--date',
        '1990',
        '--genre',
        'g',
        '--comment',
        'c',
      ],
      {},
      { options: { title: 'Mr. Bean', artist: 'Ä', album: 'x', date: '1990', genre: 'g', comment: 'c' } },
    ],
    [['a.mp4', '--cover', 'frame', '--track', 'eng'], {}, { options: { cover: 'frame', track: 'eng' } }],
    [['--normalize', 'a.mp4'], {}, { files: ['a.mp4'], options: { normalize: 'true' } }],
    [['--normalize=-14', 'a.mp4'], {}, { files: ['a.mp4'], options: { normalize: '-14' } }],
    [['--normalize', '-14.5', 'a.mp4'], {}, { files: ['a.mp4'], options: { normalize: '-14.5' } }],
    [['a.mp4', '--normalize=false', '--preset', 'podcast'], {}, { options: { normalize: 'false' } }],
    [['a.mp4', '--', '--normalize'], {}, { files: ['a.mp4', '--normalize'], options: {} }],
    [['a.mp4', '--bitrate', '128', '--bitrate', '128'], {}, { options: { bitrate: '128' } }],
    [['films', '-r', '-o', 'mp3'], {}, { files: ['films'], recursive: true, output: 'mp3' }],
    [['--watch', 'in'], {}, { files: [], watch: 'in' }],
    [['a.mp4', '--json'], {}, { json: true, output: undefined }],
    [
      ['--probe', 'a.mp4', '--json', '--track', '2'],
      {},
      { probe: true, json: true, options: { track: '2' } },
    ],
    [['--', '-odd-.mp4'], {}, { files: ['-odd-.mp4'] }],
    [['--job', ID.toUpperCase()], {}, { job: ID, files: [] }],
    [['a.mp4'], { GATEWAY_PORT: '9000' }, { url: 'http://localhost:9000' }],
    [['a.mp4'], { GATEWAY_PORT: '9000', MP3_URL: 'https://mp3.example' }, { url: 'https://mp3.example' }],
    [
      ['a.mp4', '--url', 'http://h:1/v1.0/invoke/gateway/method/'],
      {},
      { url: 'http://h:1/v1.0/invoke/gateway/method' },
    ],
  ];

  for (const [args, env, expected] of ACCEPTED) {
    it(`accepts ${JSON.stringify(args)} with the environment ${JSON.stringify(env)}`, () => {
      assert.partialDeepStrictEqual(parseCommand(args, env), expected);
    });
  }

  const REFUSED: [args: string[], message: RegExp][] = [
    [[], /Which file/],
    [['a.mp4', '--colour'], /--colour.*See --help/],
    [['a.mp4', '--bitrate', '100'], /--bitrate is one of .* not 100/],
    [['a.mp4', '--bitrate', '192', '--quality', '2'], /exclude each other/],
    [['a.mp4', '--quality', '10'], /not 10/],
    [['a.mp4', '--bitrate', '128', '--bitrate', '192'], /--bitrate is given with different values/],
    [
      ['a.mp4', '--bitrate', '320', '--sample-rate', '16000'],
      /--bitrate of 160 at most, or a --sample-rate of 32000/,
    ],
    [['a.mp4', '--start', '90', '--end', '1:30'], /--end \(90 s\) must be at least 0.01 s after --start/],
    [['a.mp4', '--copy', '--preset', 'podcast'], /--copy .* excludes --channels, --normalize/],
    [['a.mp4', '--normalize=-40'], /--normalize is true, false, or the loudness/],
    [
      ['a.mp4', '--title', 'a\nb', '--cover', 'x'],
      /--title is one line .*; --cover is keep, none or frame, not x\./,
    ],
    [['a.mp4', '--sample_rate', '48000'], /--sample_rate.*See --help/],
    [['a.mp4', '--json', '-o', '-'], /both need the standard output/],
    [['a.mp4', '--probe', '-o', 'a.mp3'], /--probe makes no MP3/],
    [['--probe', '--job', ID], /--probe makes no MP3/],
    [['--probe', '--force', 'a.mp4'], /--probe makes no MP3/],
    [['--probe'], /Which file/],
    [['a.mp4', 'b.mp4', '-o', '-'], /one file/],
    [['a.mp4', '-o', ''], /needs a name/],
    [['a.mp4', '--job', ID], /no files/],
    [['--job', 'x/../y'], /not the ID of a job/],
    [['--job', ID, '--quality', '2'], /no options/],
    [['a.mp4', '--watch', 'in'], /--watch .* no files/],
    [['--watch', 'in', '-o', '-'], /--watch needs a folder/],
    [['-r', '--job', ID], /for folders/],
    [['a.mp4', '--ouput', 'x'], /no option --ouput\. Do you mean --output\?/],
    [['a.mp4', '--url', 'localhost:8080'], /not the address/],
    [['a.mp4', '--url', 'http://ann:secret@localhost'], /must not contain a name or password/],
  ];

  for (const [args, message] of REFUSED) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(
        () => parseCommand(args, {}),
        (error) =>
          error instanceof UsageError && message.test(error.message) && !error.message.includes('secret'),
      );
    });
  }
});
