import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Identifies a process for good. A pid alone may be reused by another process. */
export interface Identity {
  pid: number;
  /** When it started, in whatever unit the machine tells; compared as text only. */
  started: string;
}

interface Stat {
  state: string;
  group: number;
  started: string;
}

/** Fields 3, 5 and 22 of proc(5) stat; the command in field 2 may hold spaces and brackets. */
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

function startedByPs(pid: number): string | undefined {
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

/** The process that runs under this pid; undefined where the pid is free or a zombie. */
export function identify(pid: number): Identity | undefined {
  if (process.platform !== 'linux') {
    const started = startedByPs(pid);
    return started === undefined ? undefined : { pid, started };
  }
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X'
    ? undefined
    : { pid, started: `${bootId()}:${stat.started}` };
}

export function isAlive(identity: Identity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** Members of a process group that outlive their leader, such as the ffmpeg of a killed converter. */
export function hasGroup(leader: Identity): boolean {
  if (process.platform !== 'linux') return isAlive(leader);
  // Groups of an earlier boot are gone, and their numbers belong to others.
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
