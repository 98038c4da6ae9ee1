import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLoopback, listeningByInode } from '../../support/listening-sockets.ts';

const line = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0`;

describe('listeningByInode', () => {
  const cases: [local: string, address: string, loopback: boolean][] = [
    ['0100007F:1F90', '127.0.0.1', true],
    ['0200007F:1F90', '127.0.0.2', true],
    ['00000000:1F90', '0.0.0.0', false],
    ['0200A8C0:1F90', '192.168.0.2', false],
    ['00000000000000000000000001000000:1F90', '::1', true],
    ['00000000000000000000000000000000:1F90', '::', false],
    ['0000000000000000FFFF00000100007F:1F90', '::ffff:127.0.0.1', true],
    ['0000000000000000FFFF00000200A8C0:1F90', '::ffff:192.168.0.2', false],
    ['000080FE000000000000000001000000:1F90', 'fe800000000000000000000000000001', false],
  ];
  for (const [local, address, loopback] of cases) {
    it(`reads ${local} as ${address}, which ${loopback ? 'only this machine reaches' : 'others reach'}`, () => {
      const [found] = listeningByInode(`header\n${line(local, '0A', 7)}\n`).entries();
      assert.deepEqual(found, ['7', { address, port: 8080 }]);
      assert.equal(isLoopback(address), loopback);
    });
  }

  it('leaves out sockets that do not listen', () => {
    assert.equal(listeningByInode(`header\n${line('00000000:1F90', '01', 7)}\n`).size, 0);
  });
});
