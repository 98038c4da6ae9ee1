import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Identifies one process for ever. A pid alone does not: the system gives it to another process later. */
export interface ProcessId {
  pid: number;
  /** When it started, in a format that depends on the operating system. Compare it only for equality. */
  started: string;
}

interface Stat {
  state: string;
  group: number;
  started: string;
}

/** Reads fields 3, 5 and 22 of /proc/<pid>/stat (proc(5)). The command in field 2 may contain spaces and brackets. */
export function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', group: Number(fields[2]), started: fields[19] ?? '' };
}

function readStat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

let boot: string | undefined;
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const [state = '', ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}

/** The process that has this pid now; undefined if there is none, or only a zombie. */
export function readProcessId(pid: number): ProcessId | undefined {
  if (process.platform !== 'linux') {
    const started = startTimeFromPs(pid);
    return started === undefined ? undefined : { pid, started };
  }
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X'
    ? undefined
    : { pid, started: `${bootId()}:${stat.started}` };
}

/** Whether exactly this process runs, and not another one that got its pid later. */
export function isAlive(id: ProcessId): boolean {
  return readProcessId(id.pid)?.started === id.started;
}

/**
 * Whether any process of the leader's group runs. Members may outlive the
 * leader, such as the ffmpeg of a killed converter.
 */
export function hasGroupMembers(leader: ProcessId): boolean {
  if (process.platform !== 'linux') return isAlive(leader);
  // A reboot ends all groups and gives their numbers to others.
  if (!leader.started.startsWith(`${bootId()}:`)) return false;
  const since = Number(leader.started.split(':')[1]);
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const stat = readStat(Number(name));
    return (
      stat !== undefined && stat.group === leader.pid && stat.state !== 'Z' && Number(stat.started) >= since
    );
  });
}
