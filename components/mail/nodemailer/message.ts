import type { SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import { Failure } from './failure.ts';
import type { Settings } from './settings.ts';

/** As daprd hands it over: from its HTTP API, `data` is JSON; from its gRPC API, the bytes that were given. */
export interface InvokeRequest {
  data: Buffer;
  metadata: Record<string, string>;
  operation: string;
}

type Address = Exclude<SendMailOptions['from'], string | undefined>;

/** A line break would begin another header field. */
const line = z
  .string()
  .regex(/^\P{Cc}*$/u, 'must be one line, without control characters')
  .optional();
const messageId = z
  .string()
  .regex(/^<[!-;=?A-~]+@[!-;=?A-~]+>$/, 'must be <…@…>')
  .max(900)
  .optional();

/** Fields of a request. What else there is, such as daprd's `traceparent`, is passed over, as by the SMTP binding. */
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
  /** For readers without HTML. */
  text: z.string().optional(),
  /** The same again for the same mail, so that a repeated one is known by it. */
  messageId,
});

/** The mail of a request; throws `bad_request`. Nothing of it outlives the request. */
export function messageFrom({ data, metadata }: InvokeRequest, settings: Settings): SendMailOptions {
  const given = fields.safeParse(
    Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== '')),
  );
  if (!given.success) throw new Failure('bad_request', faultsOf(given.error));
  const { emailFrom, emailTo, emailCC, emailBCC, subject, priority, text, messageId } = {
    ...settings,
    ...given.data,
  };
  const [from, ...others] = addresses('emailFrom', emailFrom);
  const to = addresses('emailTo', emailTo);
  if (from === undefined || others.length > 0)
    throw new Failure('bad_request', 'emailFrom: must be one address');
  if (to.length === 0) throw new Failure('bad_request', 'emailTo: is missing');
  if (subject === undefined) throw new Failure('bad_request', 'subject: is missing');
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
      // RFC 3834: nobody's holiday answers to this.
      'Auto-Submitted': 'auto-generated',
      ...unsubscribing(settings.listUnsubscribe),
    },
    attachDataUrls: false,
  };
}

const faultsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');

/** `address`, `name <address>` or `"name" <address>`, and nothing that a lenient reader could take for two. */
const ONE_ADDRESS = /^(?:"?([^"<>]*?)"?\s*<([^<>]*)>|([^<>]*))$/;
const isAddress = (text: string): boolean => /^[^\s\p{Cc};,<>"@]+@[^\s\p{Cc};,<>"@]+$/u.test(text);

/** Addresses between semicolons, as the SMTP binding has it. */
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

/** RFC 2369; with an https: address also RFC 8058, the one click. */
function unsubscribing(address: string | undefined): Record<string, string> {
  if (address === undefined) return {};
  return {
    'List-Unsubscribe': `<${address}>`,
    ...(address.startsWith('https:') && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
  };
}
