import { join } from 'node:path';
import { logOf, plainEnv, type ServerKind } from '../../../deploy/local/servers/context.ts';
import { startChild } from '../../../deploy/process/child.ts';
import { greetsAsSmtp, waitUntilReady } from '../../../deploy/process/wait-ready.ts';

export const mailFolder = (dataDir: string): string => join(dataDir, 'mail');

/** Starts the mail sink in place of MailDev, which keeps its mails in memory and would lose them when it is killed. */
export const mailSink: ServerKind = {
  launch: ({ dataDir, keep, ports }) =>
    startChild({
      name: 'mail',
      command: process.execPath,
      args: [join(import.meta.dirname, 'mail-sink.ts'), String(ports.known('smtp')), mailFolder(dataDir)],
      cwd: dataDir,
      env: plainEnv(),
      logFile: logOf(dataDir, 'mail'),
      dataDir,
      keep,
      graceMs: 5_000,
    }),
  ready({ ports, signal }, child) {
    const port = ports.known('smtp') as number;
    return waitUntilReady(child, (attempt) => greetsAsSmtp(port, attempt), { timeoutMs: 60_000, signal });
  },
};
