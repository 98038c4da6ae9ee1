import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/**
 * Bounds of standard output and of standard error in bytes, of one line, and of the lines for the log. A hostile file decides
 * how much the tools print, and a tool that it has taken over prints what it likes.
 */
const MAX_OUTPUT = 4 * 1024 * 1024;
const MAX_ERRORS = 64 * 1024 * 1024;
const MAX_LINE = 64 * 1024;
const TAIL_LINES = 20;
const TAIL_LINE_LENGTH = 500;

/** Who gets the standard output of a tool: at most one of them. */
export interface OutputReaders {
  onOutputLine?: (line: string) => void;
  /** Gets standard output as bytes, for output that is not UTF-8. */
  onOutput?: (bytes: Buffer) => void;
}

/**
 * Reads standard output to its end. Returns it as a text where nobody else gets it. Calls `onTooMuch` where the text would be
 * too long, and drops the rest of it.
 */
export async function readOutput(
  stream: Readable,
  { onOutput, onOutputLine }: OutputReaders,
  onTooMuch: () => void,
): Promise<string | undefined> {
  if (onOutputLine) return eachOutputLine(stream, onOutputLine);
  if (!onOutput) return collect(stream, onTooMuch);
  for await (const bytes of stream) onOutput(bytes as Buffer);
  return undefined;
}

export interface ErrorReaders {
  onLine?: ((line: string) => void) | undefined;
  /** Returns what is kept of a line. */
  keep: (line: string) => string | undefined;
  /** Bytes of standard error. What comes behind them is dropped. */
  maxBytes?: number | undefined;
}

/**
 * Reads standard error line by line to its end, and returns its last lines. Calls `onTooMuch` where there are more bytes than
 * `maxBytes`. The end of a line that is far too long is lost.
 */
export async function readErrors(
  stream: Readable,
  { onLine, keep, maxBytes = MAX_ERRORS }: ErrorReaders,
  onTooMuch: () => void,
): Promise<string> {
  const tail: string[] = [];
  const decoder = new StringDecoder('utf8');
  // ffmpeg ends the lines of its progress with a carriage return.
  const lines = createLineSplitter(/[\r\n]/, (line) => {
    onLine?.(line);
    const kept = keep(line);
    if (!kept) return;
    tail.push(kept.slice(0, TAIL_LINE_LENGTH));
    if (tail.length > TAIL_LINES) tail.shift();
  });
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > maxBytes) onTooMuch();
    else lines.write(decoder.write(part));
  }
  lines.end();
  return tail.join('\n');
}

async function eachOutputLine(stream: Readable, onLine: (line: string) => void): Promise<undefined> {
  const lines = createLineSplitter('\n', onLine);
  for await (const part of stream) lines.write((part as Buffer).toString('latin1'));
  lines.end();
}

/** Splits many short lines, in a tenth of the time that `readline` takes. It never holds more than {@link MAX_LINE} of a line. */
export function createLineSplitter(lineEnd: string | RegExp, onLine: (line: string) => void) {
  let rest = '';
  return {
    write(text: string): void {
      const lines = (rest + text).split(lineEnd);
      rest = lines.pop()?.slice(0, MAX_LINE) ?? '';
      for (const line of lines) onLine(line.slice(0, MAX_LINE));
    },
    end(): void {
      if (rest !== '') onLine(rest);
    },
  };
}

async function collect(stream: NodeJS.ReadableStream, onTooMuch: () => void): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > MAX_OUTPUT) onTooMuch();
    else parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}
