/** What a sandbox can put between a tool and everything else. */
export const LAYERS = ['namespaces', 'landlock', 'seccomp', 'limits'] as const;
export type Layer = (typeof LAYERS)[number];

/** Limits of one run of a tool, which the kernel enforces. Where one is missing, the default of `limits.ts` applies. */
export interface Limits {
  /** Processor time of the whole run in seconds, of all its threads together. */
  cpuSeconds?: number;
  /** Virtual memory in bytes. */
  addressSpaceBytes?: number;
  /** Size in bytes of each file that the tool writes: almost none where this is missing. */
  fileBytes?: number;
  openFiles?: number;
  /**
   * Threads. Outside namespaces, the kernel counts those of all programs of the same user. It does not limit root's at all.
   */
  threads?: number;
}

/** One run of a tool in a sandbox. */
export interface Confinement {
  /** The private folder of the attempt. The tool may read it, and it is the tool's working directory. */
  folder: string;
  /** Names of the files in the folder that the tool may write. They have to exist. It can make and remove no file. */
  writes?: readonly string[] | undefined;
  limits?: Limits | undefined;
}

/** Starts tools that read hostile files, in a way that leaves them as little as possible to reach. */
export interface Sandbox {
  /** What is in force. It is empty where the sandbox is off. */
  readonly layers: readonly Layer[];
  /** Version of the kernel's Landlock interface, where Landlock is in force. */
  readonly landlockVersion?: number;
  /** Returns the program and the arguments that run the tool at `path` with `args` in this sandbox. */
  commandLine(
    path: string,
    args: readonly string[],
    confinement: Confinement,
  ): Promise<readonly [string, ...string[]]>;
}

/** A program that reads hostile files, and the sandbox that it runs in. */
export interface Tool {
  /** A path, or a name that is looked up in PATH. */
  path: string;
  sandbox: Sandbox;
}
