import { z } from 'zod';

const line = z.object({ try: z.string(), got: z.boolean(), detail: z.string().default('') });

/** Every try of the planted program. */
export const TRIES = [
  'read /etc/passwd',
  'list /root',
  'list the processes',
  'read the environment of the converter',
  'read the file of a neighbour',
  'write outside the folder',
  'write to the root folder',
  'write to /tmp',
  'list the settings of other programs',
  'empty a file by opening it for reading',
  'use what the converter has inherited',
  'link to a file symbolically',
  'link to a file',
  'make a named pipe',
  'connect to a TCP port',
  'send a datagram',
  'connect to a Unix socket',
  'connect to an abstract socket',
  'run a shell',
  'run many processes',
  'run a process by arguments that look like another call',
  'signal the converter',
  'change the processors of the converter',
  'ask for the session of the converter',
  'trace the converter',
  'read the memory of the converter',
  'mount a file system',
  'make a network namespace',
  'make a ring for system calls',
  'load a program into the kernel',
  'watch page faults',
  'add a key',
  'open a counter of the processor',
  'exec of a shell',
] as const;

/** What only namespaces or Landlock keep it from. */
export const FILE_TRIES: readonly (typeof TRIES)[number][] = [
  'read /etc/passwd',
  'list /root',
  'list the processes',
  'read the environment of the converter',
  'read the file of a neighbour',
  'write outside the folder',
  'write to the root folder',
  'write to /tmp',
  'list the settings of other programs',
];

/** What the program gets on any Linux where it runs outside a sandbox as the same user, who need not be root. */
export const GOT_WITHOUT_SANDBOX: readonly (typeof TRIES)[number][] = [
  'read /etc/passwd',
  'list the processes',
  'read the environment of the converter',
  'read the file of a neighbour',
  'write outside the folder',
  'write to /tmp',
  'empty a file by opening it for reading',
  'link to a file symbolically',
  'make a named pipe',
  'connect to a TCP port',
  'send a datagram',
  'connect to a Unix socket',
  'connect to an abstract socket',
  'run a shell',
  'run many processes',
  'signal the converter',
  'change the processors of the converter',
  'ask for the session of the converter',
  'exec of a shell',
];

/** Where to find what the program tries to get at. It is the program's first argument, as JSON. */
export interface Targets {
  parentPid: number;
  /** A file of a neighbour. */
  secret: string;
  /** A folder outside the job's. */
  outside: string;
  tcpPort: number;
  udpPort: number;
  unixSocket: string;
  /** Name of a socket in the abstract namespace. */
  abstract: string;
}

/** Returns what the program got, and what it was told, by the name of the try. Throws unless it has made every try. */
export function readTries(output: string): { got: string[]; details: Map<string, string> } {
  const lines = output
    .trim()
    .split('\n')
    .map((text) => line.parse(JSON.parse(text)));
  const made = lines.map((entry) => entry.try);
  if (made.join() !== TRIES.join()) throw new Error(`the planted program has only tried: ${made.join(', ')}`);
  return {
    got: lines.filter(({ got }) => got).map((entry) => entry.try),
    details: new Map(lines.map((entry) => [entry.try, entry.detail])),
  };
}
