import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEncoderLog, type DecodedSound } from '../../../../services/converter/ffmpeg/encoder-log.ts';

const NOTHING: DecodedSound = {
  samples: undefined,
  rates: [],
  packets: undefined,
  refused: 0,
  placed: { silence: 0, jumps: [] },
  outOfMemory: false,
};
const verbose = (...parts: string[]) => parts.map((part) => `\x1b[0;32m${part}\x1b[0m`).join('');
const error = (...parts: string[]) => parts.map((part) => `\x1b[1;31m${part}\x1b[0m`).join('');
const context = (name: string) => `\x1b[1;35m[${name} @ 0x55ee4dbdd500] \x1b[0m`;

describe('createEncoderLog', () => {
  const table: [name: string, line: string, expected: Partial<DecodedSound>, kept?: string][] = [
    [
      'reads the sample rate that ffmpeg 5.1 states',
      context('graph_0_in_0_0') + verbose('[verbose] ', 'tb:1/1 samplefmt:s16 samplerate:1 chlayout:mono'),
      { rates: [1] },
    ],
    [
      'reads the sample rate that ffmpeg 9.0 states',
      `\x1b[0m${context('graph_-1_in_0:0')}${verbose('[verbose] ', 'tb:1/8000 samplefmt:u8 samplerate:8000 chlayout:mono')}`,
      { rates: [8000] },
    ],
    [
      'reads the number of samples that ffmpeg 5.1 states',
      verbose(
        '[verbose] ',
        '  Input stream #0:1 (audio): ',
        '2 packets read (6000 bytes); ',
        '2 frames decoded',
        ' (3000 samples)',
        '; ',
      ),
      { samples: 3000, packets: 2 },
    ],
    [
      'reads the number of samples that ffmpeg 9.0 states',
      context('in#0/avi') +
        verbose(
          '[verbose] ',
          '  Input stream #0:0 (audio): ',
          '3 packets read (9 bytes); ',
          '3 frames decoded; 1 decode errors',
          ' (20080000 samples)',
          '; ',
        ),
      { samples: 20_080_000, packets: 3, refused: 1 },
    ],
    [
      'recognizes a packet that is too large for ffmpeg 5.1',
      error('[error] ', 'input: Cannot allocate memory'),
      { outOfMemory: true },
      '[error] input: Cannot allocate memory',
    ],
    [
      'recognizes a packet that is too large for ffmpeg 9.0',
      context('in#0/avi') + error('[error] ', 'Error during demuxing: Cannot allocate memory'),
      { outOfMemory: true },
      '[in#0/avi @ 0x55ee4dbdd500] [error] Error during demuxing: Cannot allocate memory',
    ],
    [
      'ignores a cover picture that is too large, because it does not affect the sound',
      context('mjpeg') + error('[error] ', 'get_buffer() failed: Cannot allocate memory'),
      {},
      '[mjpeg @ 0x55ee4dbdd500] [error] get_buffer() failed: Cannot allocate memory',
    ],
    [
      'keeps an error for the log',
      error('[error] ', 'x: No space left on device'),
      {},
      '[error] x: No space left on device',
    ],
    ['does not keep a warning', '\x1b[0;33m[warning] \x1b[0m\x1b[0;33mGuessed Channel Layout\x1b[0m', {}],
    ['ignores a forged error', '[error] x: No space left on device', {}],
    ['ignores a forged lack of memory', '[error] input: Cannot allocate memory', {}],
    [
      'ignores a forged number of samples',
      '[verbose]   Input stream #0:0 (audio): 9 frames decoded (9 samples); ',
      {},
    ],
    [
      'ignores a forged error that follows the end of a colour',
      '\x1b[0m[error] x: No space left on device',
      {},
    ],
  ];
  for (const [name, line, expected, kept] of table) {
    it(name, () => {
      const log = createEncoderLog();
      assert.equal(log.read(line), kept);
      assert.deepEqual(log.decoded, { ...NOTHING, ...expected });
    });
  }
});

describe('createEncoderLog › packets that the decoder refuses', () => {
  const refusal = error(
    '[error] ',
    'Error while decoding stream #0:1: Invalid data found when processing input',
  );
  const other = error('[error] ', 'x: No space left on device');
  const repeated = '    Last message repeated 7 times';
  const table: [name: string, lines: string[], refused: number][] = [
    ['are counted', [refusal, `\x1b[0m${refusal}`], 2],
    ['are counted where ffmpeg does not repeat its message', [refusal, repeated, refusal], 9],
    ['are counted behind the end of a colour', [refusal, `\x1b[0m${repeated}`], 8],
    ['are not what other messages repeat', [refusal, other, repeated, context('aac') + other, repeated], 1],
    ['are not read from a tag', ['[error] Error while decoding stream #0:1: x', repeated], 0],
    ['are not read from a tag behind a real one', [refusal, `[info] title: x`, repeated], 1],
    ['are not counted twice', [refusal, repeated, repeated], 8],
  ];
  for (const [name, lines, refused] of table) {
    it(name, () => {
      const log = createEncoderLog();
      for (const line of lines) log.read(line);
      assert.equal(log.decoded.refused, refused);
    });
  }
});

describe('createEncoderLog › the numbers of the timeline', () => {
  const warning = (text: string) => `\x1b[0;33m[warning] \x1b[0m\x1b[0;33m${text}`;
  const verboseNumber = (text: string) => `\x1b[0m\x1b[0;32m[verbose] \x1b[0m\x1b[0;32m${text}`;
  const placedBy = (...lines: string[]) => {
    const log = createEncoderLog();
    for (const line of lines) assert.equal(log.read(line), undefined);
    return log.decoded.placed;
  };

  it('are silence at the level verbose', () => {
    const lines = ['66150.000000', '44100.000000'].map(verboseNumber);
    assert.deepEqual(placedBy(...lines), { silence: 110_250, jumps: [] });
  });

  it('are pairs of a place and a jump at the level warning', () => {
    const lines = ['132096.000000', '2063880000.000000', '264192.000000', '-88200.000000'].map(warning);
    const jumps = [
      { at: 132_096, by: 2_063_880_000 },
      { at: 264_192, by: -88_200 },
    ];
    assert.deepEqual(placedBy(...lines, verboseNumber('1.000000')), { silence: 1, jumps });
  });

  it('are kept for the first 1000 jumps', () => {
    const lines = Array.from({ length: 5000 }, (_, index) => warning(`${index}.000000`));
    assert.equal(placedBy(...lines).jumps.length, 1000);
  });

  const forged: [name: string, line: string][] = [
    ['a tag', '[verbose] 66150.000000'],
    ['a tag after the end of a colour', '\x1b[0m[warning] 66150.000000'],
    ['the second line of a tag', '66150.000000'],
    ['a decoder', `\x1b[1;32m[aac @ 0x55ee4dbdd500] \x1b[0m${verbose('[verbose] ', '66150.000000')}`],
    ['a message that ends with a number', warning('x 66150.000000')],
    ['a message that begins with a number', warning('66150.000000 x')],
    ['another format', warning('66150')],
  ];
  for (const [name, line] of forged) {
    it(`are not read from ${name}`, () => {
      assert.deepEqual(placedBy(line, line), { silence: 0, jumps: [] });
    });
  }
});
