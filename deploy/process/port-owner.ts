import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The inodes of the sockets that listen on a port. `table` is the text of /proc/net/tcp or tcp6 (proc(5)). */
export function listeningInodes(table: string, port: number): string[] {
  const listen = '0A';
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap((fields) =>
      fields[1]?.endsWith(wanted) && fields[3] === listen && fields[9] !== undefined ? [fields[9]] : [],
    );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function hasSocket(pid: string, sockets: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

function pidOnLinux(port: number): number | undefined {
  const inodes = ['tcp', 'tcp6'].flatMap((name) => listeningInodes(read(`/proc/net/${name}`), port));
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && hasSocket(name, sockets));
  return pid === undefined ? undefined : Number(pid);
}

function pidByLsof(port: number): number | undefined {
  try {
    const pid = Number.parseInt(
      execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
      10,
    );
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

/** The program's name, and a script's, without arguments: other people's may contain secrets. */
function commandOf(pid: number): string {
  const [program = '', script = ''] = read(`/proc/${pid}/cmdline`).split('\0');
  const base = (text: string): string => text.split('/').at(-1) ?? '';
  const name = base(program) || read(`/proc/${pid}/comm`).trim();
  return script !== '' && !script.startsWith('-') && /^(node|python|ruby|sh|bash)/.test(name)
    ? `${name} ${base(script)}`
    : name;
}

/** The process that listens on a local TCP port, as `pid 123 (name)`; undefined if we may not see it. */
export function portOwner(port: number): string | undefined {
  const pid = process.platform === 'linux' ? pidOnLinux(port) : pidByLsof(port);
  if (pid === undefined) return undefined;
  const name = commandOf(pid);
  return name === '' ? `pid ${pid}` : `pid ${pid} (${name})`;
}
