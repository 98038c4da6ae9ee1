// A mail server that loses no mail which it has acknowledged: a mail is on the disk before the server answers 250.
// Usage: node mail-sink.ts <port> <folder>
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import type { StoredMail } from '../../verdict/mails.ts';

const [port, folder = '.'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true, mode: 0o700 });

async function store(mail: StoredMail): Promise<void> {
  const name = join(folder, randomUUID());
  const file = await open(`${name}.part`, 'wx', 0o600);
  await file.writeFile(JSON.stringify(mail));
  await file.sync();
  await file.close();
  await rename(`${name}.part`, `${name}.json`);
  const directory = await open(folder);
  await directory.sync();
  await directory.close();
}

/**
 * The pause between storing and acknowledging a mail. A kill within it leaves a mail that was delivered and that the sender
 * takes for lost.
 */
const ACKNOWLEDGE_AFTER_MS = 250;

const openedAt = new Map<string, number>();
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  onConnect(session, done) {
    openedAt.set(session.id, Date.now());
    done();
  },
  onClose: (session) => void openedAt.delete(session.id),
  onData(stream, { id, envelope }, done) {
    buffer(stream)
      .then((bytes) =>
        store({
          to: envelope.rcptTo.map(({ address }) => address),
          openedAt: openedAt.get(id) ?? Date.now(),
          storedAt: Date.now(),
          raw: bytes.toString('latin1'),
        }),
      )
      .then(() => sleep(ACKNOWLEDGE_AFTER_MS))
      .then(() => done(), done);
  },
});
server.on('error', (error) => console.error(error));
server.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
