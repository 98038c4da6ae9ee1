import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningInodes } from '../../../../deploy/process/port-owner.ts';

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, state: string, inode: number): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`;

for (const { name, rows, inodes } of [
  { name: 'a listener on this machine', rows: [row('0100007F:1F90', '0A', 11)], inodes: ['11'] },
  {
    name: 'a listener on every interface, IPv6',
    rows: [row('00000000000000000000000000000000:1F90', '0A', 12)],
    inodes: ['12'],
  },
  { name: 'a connection from the port is no listener', rows: [row('0100007F:1F90', '01', 13)], inodes: [] },
  { name: 'another port', rows: [row('0100007F:1F91', '0A', 14)], inodes: [] },
  { name: 'nothing', rows: [], inodes: [] },
]) {
  test(`who listens on 8080: ${name}`, () => {
    assert.deepEqual(listeningInodes([heading, ...rows].join('\n'), 8080), inodes);
  });
}
