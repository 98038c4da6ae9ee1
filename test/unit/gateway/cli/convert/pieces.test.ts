import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isEmailAddress } from '../../../../../services/auth/email-address.ts';
import { parseEvents } from '../../../../../services/gateway/cli/convert/event-stream.ts';
import {
  formatBytes,
  formatSeconds,
  printable,
  shellWord,
} from '../../../../../services/gateway/cli/convert/format.ts';
import { madeAddress } from '../../../../../services/gateway/cli/convert/make-account.ts';
import { createMeter } from '../../../../../services/gateway/cli/convert/meter.ts';
import { createReporter } from '../../../../../services/gateway/cli/convert/reporter.ts';
import { parseRetryAfter } from '../../../../../services/gateway/cli/convert/retry.ts';
import { mp3Name } from '../../../../../services/gateway/cli/convert/target.ts';
import { contentType } from '../../../../../services/gateway/cli/convert/video.ts';
import { chunks, quickClock } from './setting.ts';

type Row = [name: string, actual: unknown, expected: unknown];
const ROWS: Row[] = [
  ['bytes', [0, 1023, 1536, 125_829_120].map(formatBytes), ['0 B', '1023 B', '1.5 KiB', '120.0 MiB']],
  ['seconds', [0, 59.6, 75, 3675, -1].map(formatSeconds), ['0:00', '1:00', '1:15', '1:01:15', '0:00']],
  ['a name cannot command the terminal', printable('a\x1b[2J\u202e.mp4'), 'a�[2J�.mp4'],
  ['a shell gets one word', ["it's a.mp3", 'a.mp3'].map(shellWord), ["'it'\\''s a.mp3'", 'a.mp3']],
  [
    'names of MP3s',
    ['Ferien.final.mp4', 'noext', '../../etc/passwd', 'C:\\x\\y.avi', '.mp4', ''].map(mp3Name),
    ['Ferien.final.mp3', 'noext.mp3', 'passwd.mp3', 'y.mp3', 'audio.mp3', 'audio.mp3'],
  ],
  [
    'types',
    ['A.MKV', 'b.mov', 'c.xyz'].map(contentType),
    ['video/matroska', 'video/quicktime', 'application/octet-stream'],
  ],
  ['Retry-After in seconds', parseRetryAfter('7'), 7],
  ['Retry-After as a date', parseRetryAfter('Thu, 01 Jan 1970 00:00:12 GMT', 2_000), 10],
  ['Retry-After of neither kind', parseRetryAfter('soon'), undefined],
];
for (const [name, actual, expected] of ROWS) test(name, () => assert.deepEqual(actual, expected));

for (const name of ['root', 'Ann Smith', 'jörg', '...', 'x'.repeat(200), 'dom\\user']) {
  test(`the address made for ${name.slice(0, 20)} is one that auth takes`, () => {
    assert.ok(isEmailAddress(madeAddress(name, false)));
    assert.ok(isEmailAddress(madeAddress(name, true)));
    assert.notEqual(madeAddress(name, true), madeAddress(name, true));
  });
}

describe('server-sent events', () => {
  const TEXT =
    'retry: 1000\n\nevent: job\ndata: {"ä":1}\n\n: still here\n\ndata:a\r\ndata: b\r\n\r\ndata: cut off';
  for (const size of [1, 2, 7, 1000]) {
    test(`in pieces of ${size} bytes`, async () => {
      const events = await Array.fromAsync(parseEvents(chunks(Buffer.from(TEXT), size)));
      assert.deepEqual(events, [
        { type: 'job', data: '{"ä":1}' },
        { type: 'message', data: 'a\nb' },
      ]);
    });
  }
});

test('the meter knows speed and what is left, and forgets both when it starts again', () => {
  const clock = quickClock();
  const meter = createMeter(100 * 1024 ** 2, clock);
  meter.at(0);
  clock.advance(2_000);
  meter.at(20 * 1024 ** 2);
  assert.equal(meter.share(), 0.2);
  assert.equal(meter.describe(), '20.0 MiB of 100.0 MiB  10.0 MiB/s  ETA 0:08');
  meter.at(0);
  assert.equal(meter.describe(), '0 B of 100.0 MiB');
});

describe('what is shown', () => {
  function show(screen: { isTTY?: boolean; color?: boolean; quiet?: boolean; columns?: number }) {
    const clock = quickClock();
    const written: string[] = [];
    const reporter = createReporter(
      {
        isTTY: false,
        color: false,
        quiet: false,
        columns: 60,
        ...screen,
        write: (text) => written.push(text),
      },
      clock,
    );
    const progress = reporter.progress('Sending a.mp4');
    for (const share of [0, 0.01, 0.5]) {
      progress(share, () => 'detail');
      clock.advance(share === 0 ? 50 : 6_000);
    }
    reporter.success('done');
    reporter.error('broken');
    return written;
  }

  test('a terminal has one line, redrawn at most ten times a second and never longer than it', () => {
    const written = show({ isTTY: true });
    const drawn = written.filter((text) => text.includes('Sending'));
    assert.equal(drawn.length, 2);
    assert.ok(drawn.every((text) => text.startsWith('\r\x1b[2K') && !text.includes('\n')));
    assert.ok(drawn.every((text) => text.length - '\r\x1b[2K'.length < 60));
    assert.deepEqual(written.slice(-3), ['\r\x1b[2K', '✔ done\n', '✘ broken\n']);
  });

  test('a narrow terminal has a shorter bar, or none', () => {
    const widths = [40, 24, 12].map((columns) =>
      show({ isTTY: true, columns })[0]?.slice('\r\x1b[2K'.length),
    );
    assert.deepEqual(widths, [
      `Sending a.mp4  ${'░'.repeat(10)}    0%  detail`,
      'Sending a.mp4    0%  de',
      'Sending a.m',
    ]);
  });

  test('a log has a line every few seconds', () => {
    assert.deepEqual(show({}), [
      'Sending a.mp4    0%  detail\n',
      'Sending a.mp4   50%  detail\n',
      '✔ done\n',
      '✘ broken\n',
    ]);
  });

  test('--quiet leaves errors', () => assert.deepEqual(show({ quiet: true }), ['✘ broken\n']));

  test('colours where they are wanted', () => {
    assert.deepEqual(show({ quiet: true, color: true }), ['\x1b[31m✘\x1b[39m broken\n']);
  });
});
