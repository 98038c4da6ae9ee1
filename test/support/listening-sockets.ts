import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ListeningSocket {
  pid: number;
  /** Such as `127.0.0.1`, `0.0.0.0`, `::` or `::ffff:127.0.0.1`, without shortening what is not zero. */
  address: string;
  port: number;
}

const LISTEN = '0A';

/** The kernel prints each group of four bytes as one number in the byte order of the machine, which is little-endian here. */
function toAddress(hex: string): string {
  const groups = hex.match(/.{8}/g) ?? [];
  const bytes = groups.flatMap((group) => [...Buffer.from(group, 'hex').reverse()]);
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return `::ffff:${bytes.slice(12).join('.')}`;
  if (bytes.every((byte) => byte === 0)) return '::';
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^0{31}1$/, '::1');
}

/** The sockets that listen, by inode. `table` is the text of /proc/net/tcp or tcp6 (proc(5)). */
export function listeningByInode(table: string): Map<string, { address: string; port: number }> {
  const sockets = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map(([, local = '', , , , , , , , inode = '']) => {
      const [address = '', port = ''] = local.split(':');
      return [inode, { address: toAddress(address), port: Number.parseInt(port, 16) }] as const;
    });
  return new Map(sockets);
}

/** Whether only this machine reaches the address. */
export const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

/** The TCP sockets on which the processes listen, by the kernel. */
export function listeningSockets(pids: Iterable<number>): ListeningSocket[] {
  const all = new Map(
    ['tcp', 'tcp6'].flatMap((name) => [...listeningByInode(readFileSync(`/proc/net/${name}`, 'utf8'))]),
  );
  return [...pids].flatMap((pid) =>
    inodesOf(pid).flatMap((inode) => {
      const socket = all.get(inode);
      return socket === undefined ? [] : [{ pid, ...socket }];
    }),
  );
}

function inodesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      return inode === undefined ? [] : [inode];
    } catch {
      // Another thread has closed it.
      return [];
    }
  });
}
