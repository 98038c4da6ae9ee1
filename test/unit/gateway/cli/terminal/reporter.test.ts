import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReporter } from '../../../../../services/gateway/cli/terminal/reporter.ts';
import { createTestClock } from '../../client/test-clock.ts';

describe('createReporter', () => {
  function show(screen: { isTTY?: boolean; color?: boolean; quiet?: boolean; columns?: number }) {
    const clock = createTestClock();
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
    reporter.warning('incomplete');
    reporter.error('broken');
    return written;
  }

  it('redraws one line on a terminal, at most ten times a second and never wider than the terminal', () => {
    const written = show({ isTTY: true });
    const drawn = written.filter((text) => text.includes('Sending'));
    assert.equal(drawn.length, 2);
    assert.ok(drawn.every((text) => text.startsWith('\r\x1b[2K') && !text.includes('\n')));
    assert.ok(drawn.every((text) => text.length - '\r\x1b[2K'.length < 60));
    assert.deepEqual(written.slice(-4), ['\r\x1b[2K', '✔ done\n', '⚠ incomplete\n', '✘ broken\n']);
  });

  it('shortens or omits the bar on a narrow terminal', () => {
    const widths = [40, 24, 12].map((columns) =>
      show({ isTTY: true, columns })[0]?.slice('\r\x1b[2K'.length),
    );
    assert.deepEqual(widths, [
      `Sending a.mp4  ${'░'.repeat(10)}    0%  detail`,
      'Sending a.mp4    0%  de',
      'Sending a.m',
    ]);
  });

  it('prints a line every few seconds where there is no terminal', () => {
    assert.deepEqual(show({}), [
      'Sending a.mp4    0%  detail\n',
      'Sending a.mp4   50%  detail\n',
      '✔ done\n',
      '⚠ incomplete\n',
      '✘ broken\n',
    ]);
  });

  it('prints only warnings and errors with --quiet', () => {
    assert.deepEqual(show({ quiet: true }), ['⚠ incomplete\n', '✘ broken\n']);
  });

  it('colours the marks where colours are wanted', () => {
    assert.deepEqual(show({ quiet: true, color: true }), [
      '\x1b[33m⚠\x1b[39m incomplete\n',
      '\x1b[31m✘\x1b[39m broken\n',
    ]);
  });
});
