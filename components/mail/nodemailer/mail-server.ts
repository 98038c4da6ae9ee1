import type { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { SMTPPoolOptions } from 'nodemailer/lib/smtp-pool';
import { type SendError, toFailure } from './outcome.ts';

/** The mail server of one component, reached through a pool of connections. */
export interface MailServer {
  /**
   * Sends a mail and returns how many of its recipients the server refused while it accepted others. Throws a `Failure`:
   * `refused`, or `unknown` when the server may have accepted the mail. The signal cancels a mail as long as none of its
   * message has been sent. After that it has no effect, because a mail that is cut off can still be delivered.
   */
  send(mail: SendMailOptions, signal: AbortSignal): Promise<number>;
  /** With `now`, sends that are under way are cut off and fail. */
  close(options?: { now: boolean }): void;
}

interface WatchedMail extends SendMailOptions {
  /** The stream from which nodemailer reads the message once the mail server has answered DATA with 354. */
  watch: { message?: Readable };
}

export function connectMailServer(options: SMTPPoolOptions & { pool: true }): MailServer {
  const transport = createTransport(options);
  transport.use('stream', ({ data, message }, done) => {
    const open = message.createReadStream.bind(message);
    message.createReadStream = (settings) => {
      const stream = open(settings);
      (data as WatchedMail).watch.message = stream;
      return stream;
    };
    done();
  });

  return {
    async send(mail, signal) {
      const watch: WatchedMail['watch'] = {};
      const hasBegun = () => watch.message?.readableDidRead === true;
      const cancellation = new AbortController();
      const cancel = () => {
        if (!hasBegun()) cancellation.abort(signal.reason);
      };
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
      const watched: WatchedMail = { ...mail, watch, signal: cancellation.signal };
      try {
        const { rejected } = await transport.sendMail(watched);
        return rejected.length;
      } catch (error) {
        throw toFailure(error as SendError, hasBegun());
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    close({ now } = { now: false }) {
      transport.close({ force: now });
    },
  };
}
