import type { Message } from './message-page.ts';

/** A mail that is sent once, whatever it is about. */
export interface OutgoingMail {
  /** Key of its mail record in the store. */
  recordKey: string;
  /** The TTL of the record in seconds, from now on. */
  recordTtl(): number;
  to: string;
  /** Identifies the mail in its Message-ID. Letters, digits, dots and hyphens. */
  id: string;
  /** What the log says about it. */
  about: Record<string, string>;
  write(): Message;
}
