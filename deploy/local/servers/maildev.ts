import path from 'node:path';
import { makePrivateDir } from '../../../services/shared/runtime/private-files.ts';
import { startChild } from '../../process/child.ts';
import { answersHttp, greetsAsSmtp, waitUntilReady } from '../../process/wait-ready.ts';
import { logOf, plainEnv, type ServerKind } from './context.ts';

/** A mail server that delivers nothing: it stores mails and shows them on a web page. */
export const maildev: ServerKind = {
  launch({ dataDir, keep, ports, repoRoot }) {
    const mails = makePrivateDir(path.join(dataDir, 'mail'));
    const args = [
      path.join(repoRoot, 'node_modules/maildev/dist/bin/maildev.js'),
      ...['--ip', '127.0.0.1', '--smtp', String(ports.known('smtp'))],
      ...['--web-ip', '127.0.0.1', '--web', String(ports.known('mail'))],
      ...['--mail-directory', mails, '--max-emails', '5000'],
    ];
    return startChild({
      name: 'mail',
      command: process.execPath,
      args,
      cwd: mails,
      env: plainEnv(),
      logFile: logOf(dataDir, 'mail'),
      dataDir,
      keep,
      graceMs: 5_000,
    });
  },
  ready({ ports, signal }, child) {
    const isReady = async (attempt: AbortSignal): Promise<boolean> =>
      (await answersHttp(`http://127.0.0.1:${ports.known('mail')}/api/email`, attempt)) &&
      (await greetsAsSmtp(ports.known('smtp') as number, attempt));
    return waitUntilReady(child, isReady, { timeoutMs: 60_000, signal });
  },
};
