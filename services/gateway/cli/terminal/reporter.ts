import { styleText } from 'node:util';
import type { Clock } from '../../client/http/clock.ts';

const BAR_CELLS = 24;
const MIN_BAR_CELLS = 4;
/** Shortest time between two states of one progress line. */
const TERMINAL_MS = 100;
const LINES_MS = 5_000;

type Style = Parameters<typeof styleText>[0];

/** Prints messages for people. They go to the standard error, because the standard output may carry the MP3. */
export interface Reporter {
  info(line: string): void;
  success(line: string): void;
  /** Printed with --quiet as well, as errors are. */
  warning(line: string): void;
  error(line: string): void;
  /** Shows progress: in one line that is redrawn or, without a terminal, in a new line every few seconds. */
  progress(label: string): (share: number | undefined, describe: () => string) => void;
  /** Erases the line that `progress` has drawn. */
  settle(): void;
}

export interface Screen {
  isTTY: boolean;
  columns: number;
  color: boolean;
  quiet: boolean;
  write(text: string): void;
}

export function createReporter(screen: Screen, clock: Pick<Clock, 'now'>): Reporter {
  let drawn = false;

  const style = (how: Style, text: string) =>
    screen.color ? styleText(how, text, { validateStream: false }) : text;

  function erase(): void {
    if (drawn) screen.write('\r\x1b[2K');
    drawn = false;
  }

  function line(text: string): void {
    erase();
    screen.write(`${text}\n`);
  }

  return {
    info: (text) => screen.quiet || line(text),
    success: (text) => screen.quiet || line(`${style('green', '✔')} ${text}`),
    warning: (text) => line(`${style('yellow', '⚠')} ${text}`),
    error: (text) => line(`${style('red', '✘')} ${text}`),
    settle: erase,
    progress(label) {
      if (screen.quiet) return () => undefined;
      let last = Number.NEGATIVE_INFINITY;
      return (share, describe) => {
        const now = clock.now();
        if (now - last < (screen.isTTY ? TERMINAL_MS : LINES_MS)) return;
        last = now;
        const percent = share === undefined ? '' : `${String(Math.floor(share * 100)).padStart(3)}%`;
        if (!screen.isTTY) return line([label, percent, describe()].filter(Boolean).join('  '));
        // A line as wide as the terminal would wrap, and could not be redrawn.
        const room = Math.max(1, screen.columns - 1);
        const texts = [label, percent, describe()].filter(Boolean);
        const cells = Math.min(BAR_CELLS, room - texts.join('  ').length - 2);
        if (share !== undefined && cells >= MIN_BAR_CELLS) texts.splice(1, 0, bar(share, cells));
        screen.write(`\r\x1b[2K${[...texts.join('  ')].slice(0, room).join('')}`);
        drawn = true;
      };
    },
  };
}

function bar(share: number, cells: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return '█'.repeat(full) + '░'.repeat(cells - full);
}
