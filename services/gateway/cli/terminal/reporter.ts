import { styleText } from 'node:util';
import type { Clock } from '../../client/http/clock.ts';
import { createProgressBlock, type Screen, type ShowProgress } from './progress-block.ts';
import { percentOf } from './progress-line.ts';

/** Time between two lines of progress where there is no terminal. */
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
  progress(label: string): ShowProgress;
  /** Erases the line that `progress` has drawn. */
  settle(): void;
}

/** A reporter of several things that go on at the same time. */
export interface Board extends Reporter {
  /** A reporter with a progress line of its own, which stays below the messages until it is settled. */
  line(): Reporter;
  /** Adds a line about all of them. Without a terminal, it takes the place of theirs. Undefined removes it. */
  overall(describe: (() => string) | undefined): void;
}

export function createReporter(screen: Screen, clock: Pick<Clock, 'now'>): Board {
  const block = createProgressBlock(screen, clock);
  const printLines = createLinePrinter(block, clock);
  const style = (how: Style, text: string) =>
    screen.color ? styleText(how, text, { validateStream: false }) : text;

  const messages = {
    info: (text: string) => void (screen.quiet || block.print(text)),
    success: (text: string) => void (screen.quiet || block.print(`${style('green', '✔')} ${text}`)),
    warning: (text: string) => block.print(`${style('yellow', '⚠')} ${text}`),
    error: (text: string) => block.print(`${style('red', '✘')} ${text}`),
  };
  const progressBy = (draw: (label: string) => ShowProgress) => (label: string) => {
    if (screen.quiet) return () => undefined;
    return screen.isTTY ? draw(label) : printLines(label);
  };

  return {
    ...messages,
    progress: progressBy(block.single),
    settle: block.erase,
    line() {
      const line = block.line();
      return { ...messages, progress: progressBy(line.show), settle: line.remove };
    },
    overall(describe) {
      block.overall = describe;
    },
  };
}

/** Shows progress where there is no terminal: each thing by lines of its own, or all of them by lines about all. */
function createLinePrinter(
  block: Pick<ReturnType<typeof createProgressBlock>, 'print' | 'overall'>,
  clock: Pick<Clock, 'now'>,
): (label: string) => ShowProgress {
  let lastOverall = Number.NEGATIVE_INFINITY;
  return (label) => {
    let last = Number.NEGATIVE_INFINITY;
    return (share, describe) => {
      const now = clock.now();
      if (now - (block.overall ? lastOverall : last) < LINES_MS) return;
      last = now;
      lastOverall = now;
      block.print(block.overall?.() ?? [label, percentOf(share), describe()].filter(Boolean).join('  '));
    };
  };
}
