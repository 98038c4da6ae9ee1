import type { Clock } from '../../client/http/clock.ts';
import { cutTo } from './display-width.ts';
import { createLiveBlock } from './live-block.ts';
import { type ProgressState, progressLine, progressTable } from './progress-line.ts';

/** Shortest time between two states of the terminal. */
const DRAW_MS = 100;
/** The block is drawn at least this often, so that it follows a window that is resized. */
const REDRAW_MS = 1_000;
/** Rows of the terminal that the block leaves to the messages above it. */
const SPARE_ROWS = 3;

export interface Screen {
  isTTY: boolean;
  columns: number;
  /** Default: 24. */
  rows?: number;
  color: boolean;
  quiet: boolean;
  write(text: string): void;
}

/** Shows the progress of one thing. `share` is from 0 to 1. */
export type ShowProgress = (share: number | undefined, describe: () => string) => void;

type Shown = Omit<ProgressState, 'details'> & { describe: () => string };

/** One of several things that go on, with a line of its own. */
export interface BlockLine {
  show(label: string): ShowProgress;
  remove(): void;
}

/** The progress of one thing or of several, drawn at the bottom of a terminal. */
export interface ProgressBlock {
  /** Erases the block, prints a message where it was, and draws it again below. */
  print(text: string): void;
  /** The only line. It stays until the next message. */
  single(label: string): ShowProgress;
  line(): BlockLine;
  /** A last line about all. Undefined removes it. */
  overall: (() => string) | undefined;
  erase(): void;
}

export function createProgressBlock(screen: Screen, clock: Pick<Clock, 'now'>): ProgressBlock {
  const block = createLiveBlock(screen);
  const lines = new Map<BlockLine, Shown | undefined>();
  let lastDrawn = Number.NEGATIVE_INFINITY;
  let redrawing: NodeJS.Timeout | undefined;

  function draw(): void {
    const shown = [...lines.values()].filter((state) => state !== undefined);
    const drawn = linesOf(shown, self.overall?.(), screen);
    if (drawn.length > 0) block.draw(drawn);
    else block.erase();
    lastDrawn = clock.now();
  }
  function drawIfDue(): void {
    if (clock.now() - lastDrawn >= DRAW_MS) draw();
  }

  function createLine(): BlockLine {
    const line: BlockLine = {
      show(label) {
        lines.set(line, undefined);
        redrawing ??= setInterval(draw, REDRAW_MS).unref();
        return (share, describe) => {
          // A late report of something that has ended must not bring its line back.
          if (!lines.has(line)) return;
          lines.set(line, { label, share, describe });
          drawIfDue();
        };
      },
      remove() {
        if (!lines.delete(line)) return;
        if (lines.size > 0) return draw();
        clearInterval(redrawing);
        redrawing = undefined;
        block.erase();
      },
    };
    return line;
  }

  const self: ProgressBlock = {
    overall: undefined,
    print(text) {
      block.erase();
      screen.write(`${text}\n`);
      if (lines.size > 0) draw();
    },
    single: (label) => (share, describe) => {
      if (clock.now() - lastDrawn < DRAW_MS) return;
      lastDrawn = clock.now();
      block.draw([progressLine({ label, share, details: describe() }, roomOf(screen))]);
    },
    line: createLine,
    erase: block.erase,
  };
  return self;
}

/** A line as wide as the terminal would wrap, and could not be redrawn. */
const roomOf = ({ columns }: Screen): number => Math.max(1, columns - 1);

function linesOf(shown: readonly Shown[], overall: string | undefined, screen: Screen): string[] {
  const room = roomOf(screen);
  const most = Math.max(1, (screen.rows ?? 24) - SPARE_ROWS - (overall ? 1 : 0));
  const visible = shown.length > most ? shown.slice(0, Math.max(1, most - 1)) : shown;
  const states = visible.map(({ label, share, describe }) => ({ label, share, details: describe() }));
  const others = shown.length - visible.length;
  return [
    ...progressTable(states, room),
    ...(others > 0 ? [cutTo(`… and ${others} more`, room)] : []),
    ...(overall ? [cutTo(overall, room)] : []),
  ];
}
