import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkOptions,
  type OptionEntry,
  parseOptions,
} from '../../../../services/gateway/options/parse-options.ts';
import { PRESETS } from '../../../../services/gateway/options/presets.ts';
import {
  BITRATES,
  canonicalOptions,
  conversionOptions,
  DEFAULT_OPTIONS,
  OPTION_NAMES,
  SAMPLE_RATES,
} from '../../../../services/shared/jobs/conversion-options.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import { randomNumbers } from '../../../support/random.ts';

const parse = (query: string) => parseOptions(new URLSearchParams(query));
/** The options with the default quality, which does not matter to most tests. */
const vbr = (options: object) => ({ quality: 2, ...options });

const GOOD: [query: string, options: object][] = [
  ['', DEFAULT_OPTIONS],
  ...BITRATES.map((bitrate): [string, object] => [`bitrate=${bitrate}`, { bitrate }]),
  ['quality=0', { quality: 0 }],
  ['quality=9', { quality: 9 }],
  ...SAMPLE_RATES.map((rate): [string, object] => [`sample_rate=${rate}`, vbr({ sample_rate: rate })]),
  ['channels=1', vbr({ channels: 1 })],
  ['channels=2', vbr({ channels: 2 })],
  ['start=90.5', vbr({ start: 90.5 })],
  ['start=1:30.5&end=01:00:00', vbr({ start: 90.5, end: 3600 })],
  ['end=1000:00:00', vbr({ end: 3_600_000 })],
  ['start=1000&end=1000.01', vbr({ start: 1000, end: 1000.01 })],
  ['start=0', vbr({})],
  ['track=1', vbr({ track: 1 })],
  ['track=99', vbr({ track: 99 })],
  ['track=eng', vbr({ track: 'eng' })],
  ['track=DE', vbr({ track: 'de' })],
  ['normalize=true', vbr({ normalize: -16 })],
  ['normalize=On', vbr({ normalize: -16 })],
  ['normalize=1', vbr({ normalize: -16 })],
  ['normalize=-14', vbr({ normalize: -14 })],
  ['normalize=-23.5', vbr({ normalize: -23.5 })],
  ['normalize=-30', vbr({ normalize: -30 })],
  ['normalize=-8', vbr({ normalize: -8 })],
  ['normalize=false', vbr({})],
  ['normalize=0', vbr({})],
  [
    'title=Mr.+Bean&artist=A&album=B&genre=C&comment=D',
    vbr({ title: 'Mr. Bean', artist: 'A', album: 'B', genre: 'C', comment: 'D' }),
  ],
  ['title=%20%20a%20b%20', vbr({ title: 'a b' })],
  ['title=e%CC%81', vbr({ title: 'é' })],
  ['title=%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9', vbr({ title: '👨\u200d👩' })],
  [`comment=${'x'.repeat(500)}`, vbr({ comment: 'x'.repeat(500) })],
  [`genre=${'x'.repeat(200)}`, vbr({ genre: 'x'.repeat(200) })],
  ['title=%22%3B%20rm%20-rf%20%2F', vbr({ title: '"; rm -rf /' })],
  ['date=1999', vbr({ date: '1999' })],
  ['date=2024-02-29', vbr({ date: '2024-02-29' })],
  ['cover=none', vbr({ cover: 'none' })],
  ['cover=frame&strip_tags=1', vbr({ cover: 'frame', strip_tags: true })],
  ['cover=keep', vbr({})],
  ['strip_tags=yes&strict=TRUE&copy=on', vbr({ strip_tags: true, strict: true, copy: true })],
  ['strip_tags=no&strict=false&copy=off', vbr({})],
  ['copy=1&bitrate=192', { bitrate: 192, copy: true }],
  [
    'copy=1&quality=4&track=2&title=x&cover=frame',
    { quality: 4, track: 2, title: 'x', cover: 'frame', copy: true },
  ],
  ['copy=1&start=0', vbr({ copy: true })],
  ['copy=0&channels=1', vbr({ channels: 1 })],
  ['bitrate=160&sample_rate=16000', { bitrate: 160, sample_rate: 16_000 }],
  ['bitrate=64&sample_rate=12000', { bitrate: 64, sample_rate: 12_000 }],
  ['bitrate=320&sample_rate=32000', { bitrate: 320, sample_rate: 32_000 }],
  ['bitrate=128&bitrate=128', { bitrate: 128 }],
  ['start=90&start=1:30', vbr({ start: 90 })],
  ['preset=music', { quality: 0 }],
  ['preset=podcast', { bitrate: 96, channels: 1, normalize: -16 }],
  ['preset=small', { bitrate: 48, sample_rate: 24_000, channels: 1 }],
  ['preset=small&preset=small&channels=2', { bitrate: 48, sample_rate: 24_000, channels: 2 }],
  ['channels=2&normalize=-23&preset=podcast', { bitrate: 96, channels: 2, normalize: -23 }],
  ['preset=podcast&normalize=false', { bitrate: 96, channels: 1 }],
  ['preset=podcast&quality=4', { quality: 4, channels: 1, normalize: -16 }],
  ['preset=music&bitrate=320', { bitrate: 320 }],
  ['preset=music&copy=true', { quality: 0, copy: true }],
  ['preset=small&bitrate=320&sample_rate=44100', { bitrate: 320, sample_rate: 44_100, channels: 1 }],
];

describe('parseOptions', () => {
  for (const [query, options] of GOOD) {
    it(`accepts ${query.slice(0, 80) || 'no options'}`, () => {
      const parsed = parse(query);
      assert.deepEqual(parsed, options);
      assert.deepEqual(conversionOptions.parse(parsed), parsed);
    });
  }

  it('gives the same text for the same options in another order or notation', () => {
    const one = parse('bitrate=96&channels=1&start=1:30&title=x&strict=no');
    const other = parse('title=x&start=90.0&bitrate=96&channels=1');
    assert.equal(JSON.stringify(one), JSON.stringify(other));
    assert.equal(canonicalOptions({ title: 'x', start: 90, channels: 1, bitrate: 96 }), JSON.stringify(one));
  });

  it('takes the text of options that were stored before there were others', () => {
    assert.equal(canonicalOptions(parse('')), '{"quality":2}');
    assert.equal(canonicalOptions(parse('bitrate=192')), '{"bitrate":192}');
  });
});

const BAD: [query: string, message: RegExp][] = [
  ['bitrate=', /^bitrate is one of 32, .* 256 or 320 \(kbps\), not ""$/],
  ['bitrate=129', /not 129$/],
  ['bitrate=144', /not 144$/],
  ['bitrate=128k', /not 128k$/],
  ['bitrate=+128', /not " 128"$/],
  ['bitrate=0x80', /not 0x80$/],
  ['bitrate=1e2', /not 1e2$/],
  ['quality=10', /^quality is a whole number from 0 \(best\) to 9 \(smallest\), not 10$/],
  ['quality=-1', /not -1$/],
  ['quality=1.5', /not 1.5$/],
  ['sample_rate=96000', /^sample_rate is one of 8000, .* 44100 or 48000 \(Hz\), not 96000$/],
  ['channels=0', /^channels is 1 \(mono\) or 2 \(stereo\), not 0$/],
  ['channels=6', /not 6$/],
  ['channels=mono', /not mono$/],
  ['start=soon', /^start is a time such as 90, 90.5, 1:30 or 01:30:00.250, at most 1000 hours, not soon$/],
  ['end=1000:00:00.1', /^end is a time/],
  [
    'track=0',
    /^track is the position of an audio track from 1 to 99, or a language such as eng or de, not 0$/,
  ],
  ['track=100', /not 100$/],
  ['track=english', /not english$/],
  ['track=e', /not e$/],
  ['track=0:a:0', /not 0:a:0$/],
  ['normalize=', /^normalize is true, false, or the loudness from -30 to -8 \(LUFS\), not ""$/],
  ['normalize=-31', /not -31$/],
  ['normalize=-7.9', /not -7.9$/],
  ['normalize=16', /not 16$/],
  ['normalize=-16LUFS', /not -16LUFS$/],
  ['normalize=NaN', /not NaN$/],
  ['title=', /^title is one line of 1 to 500 characters in UTF-8, without control characters, not ""$/],
  ['title=%20', /not " "$/],
  ['title=a%0Ab', /not "a\\nb"$/],
  ['title=a%00b', /not "a\\u0000b"$/],
  ['title=a%1B%5B2Jb', /not "a\\u001b\[2Jb"$/],
  ['title=a%C2%85b', /^title is/],
  ['title=a%E2%80%A8b', /^title is/],
  ['title=%FF%FE', /^title is/],
  [`title=${'x'.repeat(501)}`, /not "x{40}"…$/],
  [`genre=${'x'.repeat(201)}`, /^genre is one line of 1 to 200 characters/],
  ['date=summer', /^date is a year or a day, as YYYY or YYYY-MM-DD, not summer$/],
  ['date=2024-05', /not 2024-05$/],
  ['date=2023-02-29', /not 2023-02-29$/],
  ['date=24.12.2024', /^date is/],
  ['cover=yes', /^cover is keep, none or frame, not yes$/],
  ['strict=2', /^strict is true or false, not 2$/],
  ['copy=', /^copy is true or false, not ""$/],
  ['preset=loud', /^preset is one of music, podcast, small, not loud$/],
  ['preset=__proto__', /^preset is one of/],
  ['preset=', /^preset is one of/],
  ['preset=music&preset=small', /^preset is given with different values: give it once$/],
  ['bitrate=128&bitrate=192', /^bitrate is given with different values: give it once$/],
  ['normalize=true&normalize=false', /^normalize is given with different values/],
  ['bitrate=128&quality=2', /^bitrate and quality exclude each other: give one of them$/],
  ['start=2&end=1', /^end \(1 s\) must be at least 0.01 s after start \(2 s\)$/],
  ['start=1&end=1', /^end/],
  ['start=1&end=1.009', /^end/],
  ['end=0', /^end \(0 s\) must be at least 0.01 s after start \(0 s\)$/],
  ['bitrate=192&sample_rate=24000', /bitrate of 160 at most, or a sample_rate of 32000, 44100, 48000$/],
  [
    'bitrate=80&sample_rate=12000',
    /bitrate of 64 at most, or a sample_rate of 16000, 22050, 24000, 32000, 44100, 48000$/,
  ],
  ['preset=small&bitrate=320', /^there is no MP3 with bitrate 320 and sample_rate 24000/],
  ['preset=podcast&sample_rate=8000', /^there is no MP3 with bitrate 96 and sample_rate 8000/],
  ['copy=1&sample_rate=44100', /^copy .* excludes sample_rate: leave out copy or that one$/],
  ['copy=1&channels=2', /excludes channels/],
  ['copy=1&normalize=true', /excludes normalize/],
  ['copy=1&start=1', /excludes start/],
  ['copy=1&end=1', /excludes end/],
  ['copy=1&preset=podcast', /excludes channels, normalize: leave out copy or those$/],
  ['strip_tags=1&cover=keep', /^strip_tags leaves out the cover/],
  ['af=movie', /^there is no option af; the options are bitrate, quality, .* copy, preset$/],
  ['Quality=2', /^there is no option Quality;/],
  ['__proto__=1&constructor=2', /^there is no option __proto__, constructor;/],
  ['a=1&b=1&c=1&d=1&e=1&f=1&g=1', /^there is no option a, b, c, d, e and 2 more;/],
  ['=1', /^there is no option "";/],
  ['filename=a.mp4', /^there is no option filename;/],
  ['quality=x&channels=3&start=y', /^quality is .* not x; channels is .* not 3; start is .* not y$/],
];

describe('parseOptions, for options that cannot be had', () => {
  for (const [query, message] of BAD) {
    it(`refuses ${query.slice(0, 80)}`, () => {
      assert.throws(
        () => parse(query),
        (error) => {
          assert.ok(isAppError(error, 'invalid_option'));
          assert.match(error.message, message);
          assert.ok(error.message.length < 4_000, 'the message is longer than its reader wants');
          return true;
        },
      );
    });
  }
});

describe('checkOptions', () => {
  it('leaves to a later option what that can mend', () => {
    const first: OptionEntry[] = [
      ['preset', 'small'],
      ['bitrate', '320'],
    ];
    assert.doesNotThrow(() => checkOptions(first));
    assert.doesNotThrow(() => parseOptions([...first, ['sample_rate', '48000']]));
    assert.throws(() => parseOptions(first), { code: 'invalid_option' });
  });

  const FINAL = [
    'a=1',
    'bitrate=1',
    'bitrate=128&quality=2',
    'start=2&end=1',
    'copy=1&channels=1',
    'preset=x',
  ];
  for (const query of FINAL) {
    it(`refuses ${query} at once`, () => {
      assert.throws(() => checkOptions(new URLSearchParams(query)), { code: 'invalid_option' });
    });
  }
});

describe('PRESETS', () => {
  for (const [name, options] of Object.entries(PRESETS)) {
    it(`${name} has options that can be had together`, () =>
      assert.deepEqual(parse(`preset=${name}`), options));
  }
});

/** Values that are near what some option takes, and others. */
const PIECES = [
  ...[
    '',
    '0',
    '1',
    '2',
    '9',
    '10',
    '-1',
    '-16',
    '-8.0',
    '64',
    '320',
    '8000',
    '48000',
    '1e9',
    '0x10',
    '1:30',
    '00:00:01.5',
  ],
  ...[
    'true',
    'false',
    'on',
    'ON',
    'eng',
    'DE',
    'keep',
    'frame',
    'none',
    'music',
    'podcast',
    'small',
    '1999',
    '2024-02-29',
  ],
  ...[
    'ü',
    '\u0000',
    '\ud800',
    '\u202e',
    '\n',
    '💩',
    'é',
    ' ',
    '__proto__',
    '\'";$(x)`',
    '../../etc/passwd',
    'x'.repeat(600),
  ],
];

describe('parseOptions, for random names and values', () => {
  it('returns options of the schema or throws invalid_option, and nothing else', () => {
    const random = randomNumbers(17);
    const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
    const names = [...OPTION_NAMES, 'preset', 'filename', '__proto__', 'toString', '', 'Bitrate', '\u0000'];
    let accepted = 0;
    for (let round = 0; round < 20_000; round++) {
      const entries = Array.from({ length: random(5) }, (): OptionEntry => {
        const value = random(4) === 0 ? pick(PIECES) + pick(PIECES) : pick(PIECES);
        return [pick(names), value];
      });
      try {
        const options = parseOptions(entries);
        assert.deepEqual(conversionOptions.parse(options), options);
        assert.deepEqual(
          Object.keys(options),
          OPTION_NAMES.filter((name) => name in options),
        );
        // Parsed again from its own values, it is the same.
        const again = Object.entries(options).map(([name, value]): OptionEntry => [name, String(value)]);
        assert.deepEqual(parseOptions(again), options);
        accepted++;
      } catch (error) {
        if (!isAppError(error, 'invalid_option')) assert.fail(`${JSON.stringify(entries)}: ${error}`);
      }
    }
    assert.ok(accepted > 1_000, `only ${accepted} of the rounds were accepted`);
  });
});
