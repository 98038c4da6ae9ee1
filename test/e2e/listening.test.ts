import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readRegistry } from '../../deploy/process/registry.ts';
import { isLoopback, listeningSockets } from '../support/listening-sockets.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

for (const system of systemsUnderTest()) {
  describe(`the ports of a system over ${system.name}`, { skip: process.platform !== 'linux' }, () => {
    it('are open to this machine alone, by the sockets of the kernel', () => {
      const processes = readRegistry(join(system.stateRoot, '.data'));
      const names = processes.map(({ name }) => name);
      for (const app of ['gateway', 'auth', 'converter', 'notification'])
        for (const name of [app, `${app}.daprd`])
          assert.ok(names.includes(name), `${name} is not registered`);
      const named = new Map(processes.map(({ name, process: { pid } }) => [pid, name]));
      const sockets = listeningSockets(named.keys());
      const open = sockets
        .filter(({ address }) => !isLoopback(address))
        .map(({ pid, address, port }) => `${named.get(pid)} listens on ${address}:${port}`);
      assert.deepEqual(open, []);
      // A sidecar has four ports: HTTP, gRPC, metrics, and the internal one.
      for (const name of names.filter((name) => name.endsWith('.daprd'))) {
        const own = sockets.filter(({ pid }) => named.get(pid) === name);
        assert.ok(own.length >= 4, `${name} listens on ${own.length} ports only`);
      }
    });

    it('would be found if they were open to others', async () => {
      const server = createServer().listen(0, '0.0.0.0');
      try {
        await new Promise((resolve) => server.once('listening', resolve));
        const open = listeningSockets([process.pid]).filter(({ address }) => !isLoopback(address));
        assert.equal(open.length, 1);
      } finally {
        server.close();
      }
    });
  });
}
