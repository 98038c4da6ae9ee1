import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../../../../../services/gateway/cli/terminal/display-width.ts';
import { createReporter } from '../../../../../services/gateway/cli/terminal/reporter.ts';
import { createTestClock } from '../../client/test-clock.ts';

/** A reporter on a terminal, of which `rows` are the lines that a person would see. */
function build({ columns = 60, rows = 24, isTTY = true, quiet = false } = {}) {
  const clock = createTestClock();
  const screen = {
    ...{ isTTY, columns, rows, color: false, quiet },
    lines: [''],
    writes: [] as string[],
    write(text: string) {
      screen.writes.push(text);
      draw(screen.lines, text);
    },
  };
  const board = createReporter(screen, clock);
  return { board, screen, clock, seen: () => screen.lines.filter(Boolean) };
}

const ESCAPE = '\x1b';
const ERASE = `\r${ESCAPE}[2K`;
const UP_AND_ERASE = `${ESCAPE}[1A${ESCAPE}[2K`;
const PARTS = new RegExp(`(${[ERASE, UP_AND_ERASE, '\n'].map(RegExp.escape).join('|')})`);

/** Carries out what the block writes: text, line breaks, and the erasure of lines. */
function draw(lines: string[], text: string): void {
  for (const part of text.split(PARTS)) {
    if (part === UP_AND_ERASE) lines.pop();
    if (part === '\n') lines.push('');
    else if (part === ERASE || part === UP_AND_ERASE) lines[lines.length - 1] = '';
    else lines[lines.length - 1] += part;
  }
}

describe('the progress of several things on a terminal', () => {
  it('is one line each and one about all, below the messages', () => {
    const { board, clock, seen } = build();
    board.overall(() => '0 of 2 saved');
    const [one, two] = [board.line(), board.line()];
    one.progress('Sending a.mp4')(0.25, () => '1.0 MB of 4.0 MB  3.0 MB/s');
    clock.advance(200);
    two.progress('Converting long name.mp4')(0.5, () => 'ETA 0:10');
    one.info('Sent something');
    one.error('it broke');
    assert.deepEqual(seen(), [
      'Sent something',
      '✘ it broke',
      'Sending a.mp4             ██░░░░░░░   25%  1.0 MB of 4.0 MB',
      'Converting long name.mp4  █████░░░░   50%  ETA 0:10',
      '0 of 2 saved',
    ]);
  });

  it('loses the line of a thing that has ended, and all of them at the end', () => {
    const { board, clock, seen } = build();
    const [one, two] = [board.line(), board.line()];
    const show = one.progress('a');
    show(undefined, () => 'x');
    clock.advance(200);
    two.progress('b')(undefined, () => 'y');
    one.settle();
    show(undefined, () => 'a late report');
    assert.deepEqual(seen(), ['b  y']);
    two.settle();
    board.success('done');
    assert.deepEqual(seen(), ['✔ done']);
  });

  it('is drawn at most ten times a second', () => {
    const { board, clock, screen } = build();
    const show = board.line().progress('a');
    for (let step = 0; step < 100; step++) {
      show(step / 100, () => '');
      clock.advance(10);
    }
    assert.equal(screen.writes.length, 10);
  });

  for (const columns of [80, 40, 20, 8, 1]) {
    it(`never fills a row of ${columns} columns, whatever the names`, () => {
      const { board, clock, screen } = build({ columns });
      board.overall(() => '0 of 3 saved: sending 2, converting 1');
      for (const name of ['a.mp4', '旅行の思い出ビデオ第三話.mp4', 'x'.repeat(300)]) {
        clock.advance(200);
        board.line().progress(`Sending ${name}`)(0.5, () => '12.3 MB of 50.0 MB  3.1 MB/s  ETA 0:10');
      }
      const drawn = screen.writes.flatMap((text) =>
        stripVTControlCharacters(text).replaceAll('\r', '').split('\n'),
      );
      assert.ok(
        drawn.every((line) => displayWidth(line) < Math.max(2, columns)),
        drawn.join('\n'),
      );
    });
  }

  it('counts the lines for which the terminal has no rows', () => {
    const { board, clock, seen } = build({ rows: 8 });
    board.overall(() => 'all');
    for (let number = 0; number < 10; number++) {
      clock.advance(200);
      board.line().progress(`film ${number}`)(undefined, () => '');
    }
    assert.deepEqual(seen(), ['film 0', 'film 1', 'film 2', '… and 7 more', 'all']);
  });

  it('erases the rows into which a narrower window has wrapped its lines', () => {
    const { board, clock, screen } = build({ columns: 60 });
    const show = board.line().progress('a'.repeat(20));
    show(0.5, () => 'some details');
    screen.columns = 20;
    clock.advance(200);
    show(0.5, () => '');
    // The line had 58 columns, which are three rows of 20.
    assert.equal(screen.writes.at(-1)?.split('\x1b[1A').length, 3);
  });

  it('is not drawn with --quiet, but errors are', () => {
    const { board, seen } = build({ quiet: true });
    const line = board.line();
    line.progress('a')(0.5, () => '');
    line.info('information');
    line.error('it broke');
    assert.deepEqual(seen(), ['✘ it broke']);
  });

  it('is a line about all every five seconds where there is no terminal', () => {
    const { board, clock, seen } = build({ isTTY: false });
    let saved = 0;
    board.overall(() => `${saved} of 3 saved`);
    const shows = ['a', 'b', 'c'].map((name) => board.line().progress(name));
    for (; saved < 3; saved++) {
      for (const show of shows) show(0.5, () => 'details');
      clock.advance(3_000);
    }
    assert.deepEqual(seen(), ['0 of 3 saved', '2 of 3 saved']);
  });
});
