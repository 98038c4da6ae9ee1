import path from 'node:path';
import { type Child, describeExit, type Exit } from './child.ts';
import { freeBytes, megabytes } from './disk-space.ts';
import { readLastLines } from './log-file.ts';

/** Below this, a full disk is the likely reason for the end of a server, bytes. */
const LITTLE_BYTES = 500e6;
const LINES = 5;
/** MongoDB writes JSON lines of several kilobytes. */
const MAX_LINE = 400;

export interface WhatFollows {
  /** What follows, with the process as its subject: `is not started again`. */
  next: string;
  /** Names the log and does not quote it: for a crash that was reported before, or one that the process could not log. */
  isBrief?: boolean;
}

/**
 * Says that a process ended by itself: its name, its exit, how little space the disk has if that is the likely reason,
 * and the last lines of its log.
 */
export function describeEnd(
  { name, logFile }: Pick<Child, 'name' | 'logFile'>,
  exit: Exit,
  { next, isBrief = false }: WhatFollows,
): string {
  const ended = `${name} ended by itself (${describeExit(exit)}) and ${next}.${diskHint(path.dirname(logFile))}`;
  if (isBrief) return `${ended} Its log is ${logFile}`;
  const lines = readLastLines(logFile, LINES)
    .split('\n')
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)} …` : line));
  return `${ended} The end of ${logFile}:\n${lines.join('\n')}`;
}

function diskHint(folder: string): string {
  const free = freeBytes(folder);
  return free >= LITTLE_BYTES ? '' : ` Only ${megabytes(free)} are free in ${folder}.`;
}
