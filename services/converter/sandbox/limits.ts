import type { Limits } from './sandbox.ts';

const MiB = 1024 * 1024;

/**
 * What a run may use where its caller says nothing. The longest conversion of the tests needs less than a fifth of the memory.
 * Threads are few because the tools read sound, and the number of threads bounds the memory of their stacks.
 */
const DEFAULTS = {
  addressSpaceBytes: 4096 * MiB,
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
