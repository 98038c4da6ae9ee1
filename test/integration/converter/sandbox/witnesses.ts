import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Targets } from '../../../hostile/planted/tries.ts';

export interface Witnesses extends AsyncDisposable {
  targets: Targets;
  /** How many connections and datagrams have come in. */
  calls(): number;
}

/** Plants a neighbour's file, and listeners that count who calls them. */
export async function openWitnesses(): Promise<Witnesses> {
  const outside = await mkdtemp(join(tmpdir(), 'mp3converter-neighbour-'));
  const secret = join(outside, 'input');
  await writeFile(secret, 'the sound of somebody else');
  let calls = 0;
  const abstract = `mp3converter-test-${process.pid}`;
  const unixSocket = join(outside, 'socket');
  const listen = (where: number | string) => {
    const server = createServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    return typeof where === 'number' ? server.listen(where, '127.0.0.1') : server.listen(where);
  };
  const tcp = listen(0);
  const servers = [tcp, listen(unixSocket), listen(`\0${abstract}`)];
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const datagrams = createSocket('udp4', () => {
    calls += 1;
  }).bind(0, '127.0.0.1');
  await once(datagrams, 'listening');
  return {
    targets: {
      ...{ parentPid: process.pid, secret, outside, unixSocket, abstract },
      tcpPort: (tcp.address() as AddressInfo).port,
      udpPort: datagrams.address().port,
    },
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close();
      datagrams.close();
      await rm(outside, { recursive: true });
    },
  };
}
