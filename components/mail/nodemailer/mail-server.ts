import type { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { SMTPPoolOptions } from 'nodemailer/lib/smtp-pool';
import { failureOf, type SendError } from './outcome.ts';

/** The mail server of one component, behind connections that are kept. */
export interface MailServer {
  /**
   * Throws a `Failure`: `refused`, or `unknown` where the mail may have been taken. The signal takes back a mail of which
   * nothing was sent yet; one that is under way is sent, for what it would break off could arrive all the same.
   * Returns how many recipients were refused where others were not.
   */
  send(mail: SendMailOptions, signal: AbortSignal): Promise<number>;
  /** `now`: whatever is under way is broken off, and its send fails. */
  close(options?: { now: boolean }): void;
}

interface Watched extends SendMailOptions {
  /** Where nodemailer reads the message from once the mail server has said that it listens (354). */
  watch: { message?: Readable };
}

export function connectMailServer(options: SMTPPoolOptions & { pool: true }): MailServer {
  const transport = createTransport(options);
  transport.use('stream', ({ data, message }, done) => {
    const open = message.createReadStream.bind(message);
    message.createReadStream = (settings) => {
      const stream = open(settings);
      (data as Watched).watch.message = stream;
      return stream;
    };
    done();
  });

  return {
    async send(mail, signal) {
      const watch: Watched['watch'] = {};
      const begun = () => watch.message?.readableDidRead === true;
      const takenBack = new AbortController();
      const takeBack = () => {
        if (!begun()) takenBack.abort(signal.reason);
      };
      if (signal.aborted) takeBack();
      signal.addEventListener('abort', takeBack, { once: true });
      const watched: Watched = { ...mail, watch, signal: takenBack.signal };
      try {
        const { rejected } = await transport.sendMail(watched);
        return rejected.length;
      } catch (error) {
        throw failureOf(error as SendError, begun());
      } finally {
        signal.removeEventListener('abort', takeBack);
      }
    },
    close({ now } = { now: false }) {
      transport.close({ force: now });
    },
  };
}
