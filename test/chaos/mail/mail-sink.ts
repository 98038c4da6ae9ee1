// A mail server that loses nothing it has taken, whenever it is killed: a mail is on the disk before it says 250.
//   node mail-sink.ts <port> <folder>
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

/** Between the two, so that a kill can fall there: then the mail is there and nobody was told. */
const UNTOLD_MS = 250;

const connected = new Map<string, number>();
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  onConnect(session, done) {
    connected.set(session.id, Date.now());
    done();
  },
  onClose: (session) => void connected.delete(session.id),
  onData(stream, { id, envelope }, done) {
    buffer(stream)
      .then((bytes) =>
        store({
          to: envelope.rcptTo.map(({ address }) => address),
          openedAt: connected.get(id) ?? Date.now(),
          storedAt: Date.now(),
          raw: bytes.toString('latin1'),
        }),
      )
      .then(() => sleep(UNTOLD_MS))
      .then(() => done(), done);
  },
});
server.on('error', (error) => console.error(error));
server.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
