import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/*
 * Imported before unit tests: makes the functions that start a process or open a port throw. Every asynchronous way to
 * start a process ends in `ChildProcess.spawn`, and every TCP or Unix socket server in `net.Server.listen`.
 */

const refusing = (what: string) => (): never => {
  throw new Error(
    `A unit test must not ${what}. Move this test from test/unit to the same folder in test/integration.`,
  );
};

const startsProcess = refusing('start a process');
const opensPort = refusing('open a port');

// @types/node does not know `ChildProcess.prototype.spawn`.
Object.assign(childProcess.ChildProcess.prototype, { spawn: startsProcess });
Object.assign(childProcess, {
  spawnSync: startsProcess,
  execSync: startsProcess,
  execFileSync: startsProcess,
});
net.Server.prototype.listen = opensPort;
dgram.Socket.prototype.bind = opensPort;
// Named imports of these modules see the change only after this.
syncBuiltinESMExports();
