import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface TakenMail {
  to: string[];
  /** The user that was logged in. */
  user: string | undefined;
  encrypted: boolean;
  /** The mail as it was received, with one character for each byte. */
  raw: string;
}

export interface MailServer {
  port: number;
  taken: TakenMail[];
  /** Sends the outstanding replies to mails for {@link SILENT}. */
  answer(): void;
  /** The number of connections that were made. */
  connections: () => number;
  close(): Promise<void>;
}

export const LOGIN = { user: 'mailer', password: 'a password' };
/** The server does not know this recipient. */
export const UNKNOWN = 'nobody@example.org';
/** The server accepts a mail to this recipient, and dies before it replies. */
export const DEADLY = 'deadly@example.org';
/** The server accepts a mail to this recipient, and does not reply. */
export const SILENT = 'silent@example.org';
/** The server closes the connection at this recipient, before it gets the mail. */
export const ABRUPT = 'abrupt@example.org';

/** Starts a real mail server on a loopback port of its own. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const taken: TakenMail[] = [];
  const sockets = new Set<Socket>();
  const answers: (() => void)[] = [];
  let connections = 0;
  const breakOff = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    ...options,
    onAuth({ username, password }, _session, done) {
      if (username !== LOGIN.user || password !== LOGIN.password) done(new Error('wrong password'));
      else done(null, { user: username });
    },
    onRcptTo({ address }, _session, done) {
      if (address === ABRUPT) return breakOff();
      if (address !== UNKNOWN) return done();
      done(Object.assign(new Error('could not send email 1: there is no such user'), { responseCode: 550 }));
    },
    onData(stream, { envelope, user, secure }, done) {
      buffer(stream).then((bytes) => {
        const to = envelope.rcptTo.map(({ address }) => address);
        taken.push({
          to,
          user: user as string | undefined,
          encrypted: secure,
          raw: bytes.toString('latin1'),
        });
        if (to.includes(DEADLY)) breakOff();
        else if (!to.includes(SILENT)) done();
        else answers.push(done);
      }, done);
    },
  });
  // Connections that were closed by force are reported here.
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    answer() {
      for (const answer of answers.splice(0)) answer();
    },
    connections: () => connections,
    async close() {
      breakOff();
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}
