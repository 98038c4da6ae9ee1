import { displayWidth } from './display-width.ts';

/** Lines at the bottom of a terminal that are drawn again and again. */
export interface LiveBlock {
  draw(lines: readonly string[]): void;
  erase(): void;
}

export interface BlockScreen {
  /** Columns of the terminal now. The user may resize it at any time. */
  readonly columns: number;
  write(text: string): void;
}

const ERASE_LINE = '\r\x1b[2K';
const UP_AND_ERASE = '\x1b[1A\x1b[2K';

export function createLiveBlock(screen: BlockScreen): LiveBlock {
  let drawn: readonly string[] = [];

  /** Most terminals wrap lines anew when they become narrower, so that a line may now take several rows. */
  const rows = (): number =>
    drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / screen.columns)), 0);
  const eraser = (): string => (drawn.length === 0 ? '' : ERASE_LINE + UP_AND_ERASE.repeat(rows() - 1));

  return {
    draw(lines) {
      // One write: otherwise the terminal may show the block between its erasure and its return.
      screen.write(`${eraser() || ERASE_LINE}${lines.join('\n')}`);
      drawn = lines;
    },
    erase() {
      if (drawn.length > 0) screen.write(eraser());
      drawn = [];
    },
  };
}
