import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { readProcessId } from '../../services/shared/runtime/process-id.ts';

/**
 * The name of this process for what it leaves where other runs find it: `0f3a92c1-4711`. Its first part says to which set of process
 * ids the second part belongs, because containers can share a folder or a Docker engine, and each has process ids of its own.
 */
export const runId = (): string => `${processNamespace()}-${process.pid}`;

/**
 * Whether the run with this name has ended. Undefined where that cannot be known: it is in another container, or from before the last
 * boot. Names of this process itself are old ones, because in a container process ids are soon used again.
 */
export function isOver(id: string): boolean | undefined {
  const [namespace, pid] = id.split('-');
  if (namespace !== processNamespace()) return undefined;
  return Number(pid) === process.pid || readProcessId(Number(pid)) === undefined;
}

/** Eight hexadecimal digits, because the path of a socket in a folder with this name may have 107 bytes only. */
const processNamespace = (): string =>
  createHash('sha256').update(describeNamespace()).digest('hex').slice(0, 8);

function describeNamespace(): string {
  if (process.platform !== 'linux') return hostname();
  // The number of a namespace may be used again after a boot.
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
}
