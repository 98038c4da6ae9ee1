import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Bounds of standard output in bytes, and of the lines for the log, because
 * a hostile file decides how much the tools print.
 */
const MAX_OUTPUT = 4 * 1024 * 1024;
const MAX_OUTPUT_LINE = 64 * 1024;
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

/** Reads standard error line by line to its end, and returns its last lines. `keep` returns what is kept of a line. */
export async function readErrors(
  stream: Readable,
  {
    onLine,
    keep,
  }: { onLine?: ((line: string) => void) | undefined; keep: (line: string) => string | undefined },
): Promise<string> {
  const tail: string[] = [];
  for await (const line of createInterface({ input: stream })) {
    onLine?.(line);
    const kept = keep(line);
    if (!kept) continue;
    tail.push(kept.slice(0, TAIL_LINE_LENGTH));
    if (tail.length > TAIL_LINES) tail.shift();
  }
  return tail.join('\n');
}

/** Splits many short lines, in a tenth of the time that `readline` takes. The end of a line that is far too long is lost. */
async function eachOutputLine(stream: Readable, onLine: (line: string) => void): Promise<undefined> {
  let rest = '';
  for await (const part of stream) {
    const lines = (rest + (part as Buffer).toString('latin1')).split('\n');
    rest = lines.pop()?.slice(0, MAX_OUTPUT_LINE) ?? '';
    for (const line of lines) onLine(line);
  }
  if (rest !== '') onLine(rest);
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
