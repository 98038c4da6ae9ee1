import type { SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import { Failure } from './failure.ts';
import type { Settings } from './settings.ts';

/** A request as daprd passes it on. From daprd's HTTP API, `data` is JSON; from its gRPC API, it is the bytes as given. */
export interface InvokeRequest {
  data: Buffer;
  metadata: Record<string, string>;
  operation: string;
}

type Address = Exclude<SendMailOptions['from'], string | undefined>;

/** One line: a line break would begin another header field. */
const line = z
  .string()
  .regex(/^\P{Cc}*$/u, 'must be one line, without control characters')
  .optional();
const messageId = z
  .string()
  .regex(/^<[!-;=?A-~]+@[!-;=?A-~]+>$/, 'must be <…@…>')
  .max(900)
  .optional();

/** The fields of a request. Others, such as daprd's `traceparent`, are ignored, as the SMTP binding does. */
const fields = z.object({
  emailFrom: line,
  emailTo: line,
  emailCC: line,
  emailBCC: line,
  subject: line,
  priority: z
    .string()
    .regex(/^[1-5]$/, 'must be from 1 (highest) to 5')
    .optional(),
  /** The plain-text version of the mail. */
  text: z.string().optional(),
  /** Use the same id when a mail is sent again, so that the receiver recognises the duplicate. */
  messageId,
});

/** Makes the mail of a request; the component's settings fill in missing fields. Throws `bad_request`, naming each bad field. */
export function messageFrom({ data, metadata }: InvokeRequest, settings: Settings): SendMailOptions {
  const given = fields.safeParse(
    Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== '')),
  );
  if (!given.success) throw new Failure('bad_request', describeFaults(given.error));
  const { emailFrom, emailTo, emailCC, emailBCC, subject, priority, text, messageId } = {
    ...settings,
    ...given.data,
  };
  const [from, ...others] = addresses('emailFrom', emailFrom);
  const to = addresses('emailTo', emailTo);
  if (from === undefined || others.length > 0)
    throw new Failure('bad_request', 'emailFrom: must be one address');
  if (to.length === 0) throw new Failure('bad_request', 'emailTo: is required');
  if (subject === undefined) throw new Failure('bad_request', 'subject: is required');
  return {
    from,
    to,
    cc: addresses('emailCC', emailCC),
    bcc: addresses('emailBCC', emailBCC),
    subject,
    html: contentOf(data),
    ...(text !== undefined && { text }),
    ...(messageId !== undefined && { messageId }),
    headers: {
      'X-Priority': priority,
      // RFC 3834: tells out-of-office responders not to answer.
      'Auto-Submitted': 'auto-generated',
      ...unsubscribeHeaders(settings.listUnsubscribe),
    },
    attachDataUrls: false,
  };
}

const describeFaults = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');

/** `address`, `name <address>` or `"name" <address>`. Anything that a lenient parser could read as two addresses is refused. */
const ONE_ADDRESS = /^(?:"?([^"<>]*?)"?\s*<([^<>]*)>|([^<>]*))$/;
const isAddress = (text: string): boolean => /^[^\s\p{Cc};,<>"@]+@[^\s\p{Cc};,<>"@]+$/u.test(text);

/** Parses addresses separated by semicolons, the format of the SMTP binding. */
function addresses(field: string, text = ''): Address[] {
  return text.split(';').flatMap((part) => {
    if (part.trim() === '') return [];
    const [, name = '', angled, bare] = ONE_ADDRESS.exec(part.trim()) ?? [];
    const address = angled ?? bare ?? '';
    if (!isAddress(address)) throw new Failure('bad_request', `${field}: is not one mail address`);
    return [{ name: name.trim(), address }];
  });
}

function contentOf(data: Buffer): string {
  const text = data.toString('utf8');
  if (!text.startsWith('"')) return text;
  try {
    return z.string().parse(JSON.parse(text));
  } catch {
    return text;
  }
}

/** The header field of RFC 2369 and, for an https: address, that of RFC 8058 (one-click unsubscribe). */
function unsubscribeHeaders(address: string | undefined): Record<string, string> {
  if (address === undefined) return {};
  return {
    'List-Unsubscribe': `<${address}>`,
    ...(address.startsWith('https:') && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
  };
}
