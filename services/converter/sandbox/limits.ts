import type { Limits } from './sandbox.ts';

const MiB = 1024 * 1024;

/** The libraries of ffmpeg alone take 400 MiB of addresses, and a still of an 8K film 200 MiB more. */
const LEAST_ADDRESS_SPACE = 1024 * MiB;
const MOST_ADDRESS_SPACE = 4096 * MiB;

/**
 * Returns the bytes of address space of a run, in a container of so many bytes of memory: where a tool takes all memory of
 * a container, the kernel may end the converter with it, and all its conversions. Undefined and 0 stand for no container.
 */
export const addressSpaceIn = (containerBytes: number | undefined): number =>
  Math.min(MOST_ADDRESS_SPACE, Math.max(LEAST_ADDRESS_SPACE, containerBytes || MOST_ADDRESS_SPACE));

/** What a run may use where its caller says nothing. */
const DEFAULTS = {
  addressSpaceBytes: addressSpaceIn(process.constrainedMemory()),
  fileBytes: 1,
  openFiles: 128,
} as const satisfies Limits;

/** Threads of a run that has user and process numbers of its own. Elsewhere, the kernel would count all that its user runs. */
const THREADS_IN_NAMESPACE = 256;

const FLAGS = {
  cpuSeconds: '--cpu-seconds',
  addressSpaceBytes: '--address-space',
  fileBytes: '--file-bytes',
  openFiles: '--open-files',
  threads: '--threads',
} as const satisfies Record<keyof Limits, string>;

/** Returns the flags of the launcher for these limits. */
export function limitFlags(limits: Limits | undefined, { inNamespace }: { inNamespace: boolean }): string[] {
  const all: Limits = { ...DEFAULTS, ...(inNamespace && { threads: THREADS_IN_NAMESPACE }), ...limits };
  return Object.entries(FLAGS).flatMap(([name, flag]) => {
    const value = all[name as keyof Limits];
    return value === undefined ? [] : [flag, String(Math.max(1, Math.ceil(value)))];
  });
}
