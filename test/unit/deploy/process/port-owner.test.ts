import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listeningInodes } from '../../../../deploy/process/port-owner.ts';

const HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, state: string, inode: number): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`;

describe('listeningInodes', () => {
  for (const { title, rows, inodes } of [
    { title: 'finds a listener on 127.0.0.1', rows: [row('0100007F:1F90', '0A', 11)], inodes: ['11'] },
    {
      title: 'finds a listener on every interface of IPv6',
      rows: [row('00000000000000000000000000000000:1F90', '0A', 12)],
      inodes: ['12'],
    },
    { title: 'ignores a connection from the port', rows: [row('0100007F:1F90', '01', 13)], inodes: [] },
    { title: 'ignores a listener on another port', rows: [row('0100007F:1F91', '0A', 14)], inodes: [] },
    { title: 'finds nothing in a table without sockets', rows: [], inodes: [] },
  ]) {
    it(title, () => {
      assert.deepEqual(listeningInodes([HEADING, ...rows].join('\n'), 8080), inodes);
    });
  }
});
