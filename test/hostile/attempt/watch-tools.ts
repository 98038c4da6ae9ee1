import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';

/** How a tool that read a file ended badly. */
export interface Crash {
  tool: string;
  signal: NodeJS.Signals;
}

/** Signals of a program that did something impossible, or was not allowed something. */
const CRASHES = [
  'SIGSEGV',
  'SIGABRT',
  'SIGFPE',
  'SIGILL',
  'SIGBUS',
  'SIGTRAP',
  'SIGSYS',
  'SIGXCPU',
  'SIGXFSZ',
] as const;
type CrashSignal = (typeof CRASHES)[number];

/** Watches every process that this one starts. Returns a function that takes the crashes since it was called last. */
export function watchTools(): () => Crash[] {
  const crashes: Crash[] = [];
  subscribe('child_process', (message) => {
    const child = (message as { process: ChildProcess }).process;
    child.once('exit', (code, signal) => {
      const crash = crashOf(code, signal);
      if (crash) crashes.push({ tool: toolOf(child.spawnargs), signal: crash });
    });
  });
  return () => crashes.splice(0);
}

/** A sandbox may end with 128 and the number of the signal that has ended the tool, as shells do. */
function crashOf(code: number | null, signal: NodeJS.Signals | null): CrashSignal | undefined {
  return CRASHES.find((name) => name === signal || code === 128 + constants.signals[name]);
}

/** Before the tool stand the programs that confine it. */
const toolOf = (args: readonly string[]): string =>
  args.map((arg) => arg.split('/').at(-1) ?? '').find((name) => /^ff(mpeg|probe)$/.test(name)) ?? 'other';
