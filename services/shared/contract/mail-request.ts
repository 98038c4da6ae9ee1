import { z } from 'zod';

/** The SMTP binding splits `emailTo` at semicolons, and a comma or a line break would reach the header of the mail. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the contract contains it, and few languages know \p{Cc}
export const ONE_RECIPIENT = /^[^\s\x00-\x1f\x7f-\x9f;,<>"]+@[^\s\x00-\x1f\x7f-\x9f;,<>"]+$/u;

/**
 * A request to the mail binding, whatever its type. `bindings.smtp` writes the fields of each request into a configuration
 * that all requests share. So every field is set in every request, and requests are sent one at a time. It ignores `text`
 * and `messageId`.
 */
export const mailRequest = z
  .object({
    operation: z.literal('create'),
    data: z.string().regex(/^</).meta({
      description:
        'The mail as HTML. It begins with `<`, because Dapr would remove quotation marks around a body.',
    }),
    metadata: z.object({
      emailFrom: z.string().min(1).meta({ description: 'The sender, from MAIL_FROM' }),
      emailTo: z.string().regex(ONE_RECIPIENT).meta({ description: 'Exactly one address' }),
      emailCC: z.literal(''),
      emailBCC: z.literal(''),
      subject: z
        .string()
        // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
        .regex(/^[^\x00-\x1f\x7f-\x9f]*$/u)
        .meta({ description: 'A single line, because a line break would begin another header' }),
      priority: z.literal('3'),
      text: z
        .string()
        .optional()
        .meta({ description: 'The same content for mail programs that do not show HTML' }),
      messageId: z
        .string()
        .regex(/^<[!-;=?A-~]+@[!-;=?A-~]+>$/)
        .optional()
        .meta({
          description: 'The same each time that the mail is sent, so that a repeated mail can be recognized',
        }),
    }),
  })
  .meta({
    title: 'Mail',
    examples: [
      {
        operation: 'create',
        data: '<!doctype html><p>Your MP3 is ready</p>',
        metadata: {
          emailFrom: 'mp3converter <mp3converter@localhost>',
          emailTo: 'ann@example.com',
          emailCC: '',
          emailBCC: '',
          subject: 'Your MP3 is ready: Ferien.mp4',
          priority: '3',
          text: 'Your MP3 is ready',
          messageId: '<mail.0198c1f7-4b1e-7cc3-9d52-6f3a2b1c0d4e.1@localhost>',
        },
      },
    ],
  });
export type MailRequest = z.infer<typeof mailRequest>;
