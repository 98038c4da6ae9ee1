import { readFileSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second. @see man 7 time, USER_HZ */
const TICKS = 100;

/**
 * The CPU seconds that all processes of the machine have taken since it was started. The tools of the converter are counted this way
 * alone: a sandbox has no parent among our processes that is told how much time it took. So the machine must have no other work.
 * Linux only.
 */
export const cpuSecondsOfMachine = (): number => parseStat(readFileSync('/proc/stat', 'utf8'));

/** Adds up what was neither idle nor taken by other machines, from `/proc/stat`. @see man 5 proc */
export function parseStat(stat: string): number {
  const [user = 0, nice = 0, system = 0, _idle, _waiting, interrupts = 0, softInterrupts = 0] =
    /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').map(Number) ?? [];
  return (user + nice + system + interrupts + softInterrupts) / TICKS;
}
