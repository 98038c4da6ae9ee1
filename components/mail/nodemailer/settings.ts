import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { Failure } from './failure.ts';

const optional = z.string().optional();
const whole = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** Whether nodemailer can sign with this key: it must be RSA, in PEM. */
const isRsaKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

/** The `metadata` of the component's YAML. Shared fields have the names of the SMTP binding, so that only the type differs. */
const schema = z
  .strictObject({
    host: z.string(),
    port: z.coerce.number().int().min(1).max(65_535),
    user: optional,
    password: optional,
    /** These six are the defaults of requests that leave a field out. */
    emailFrom: optional,
    emailTo: optional,
    emailCC: optional,
    emailBCC: optional,
    subject: optional,
    priority: z
      .string()
      .regex(/^[1-5]$/, 'must be from 1 (highest) to 5')
      .default('3'),
    direction: z.literal('output').optional(),
    /**
     * `auto`: TLS from the first byte on port 465, else STARTTLS if the server offers it. A login requires TLS.
     * `starttls`, `implicit`: this kind of TLS, or no connection.
     */
    tls: z.enum(['auto', 'starttls', 'implicit', 'none']).default('auto'),
    skipTLSVerify: flag,
    /** A PEM file of certificate authorities that replaces the ones built into Node. */
    caFile: optional,
    /** Permits a login over an unencrypted connection. A server on this machine (loopback) needs no permission. */
    allowPlainLogin: flag,
    maxConnections: whole(5, 1, 100),
    connectSeconds: whole(10, 1, 3600),
    greetingSeconds: whole(30, 1, 3600),
    /** How long the server may be silent. RFC 5321 (4.5.3.2.6) gives it ten minutes after it has the whole mail. */
    silenceSeconds: whole(600, 1, 86_400),
    dkimDomain: optional,
    dkimSelector: optional,
    dkimPrivateKey: z.string().refine(isRsaKey, 'must be an RSA private key in PEM').optional(),
    listUnsubscribe: z
      .string()
      .regex(/^(https:\/\/|mailto:)[!-;=?-~]+$/, 'must be an https: or mailto: address')
      .optional(),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: 'user and password belong together',
  })
  .refine(
    ({ dkimDomain, dkimSelector, dkimPrivateKey }) =>
      new Set([dkimDomain, dkimSelector, dkimPrivateKey].map((value) => value === undefined)).size === 1,
    { error: 'dkimDomain, dkimSelector and dkimPrivateKey belong together' },
  )
  .refine(
    ({ user, tls, host, allowPlainLogin }) =>
      user === undefined || tls !== 'none' || allowPlainLogin || isLoopback(host),
    { error: 'a login needs TLS, unless allowPlainLogin is true', path: ['tls'] },
  );

export type Settings = z.output<typeof schema>;

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

/** Throws `bad_request`, naming every bad field but no value. Empty fields count as missing. */
export function readSettings(properties: Record<string, string>): Settings {
  const given = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new Failure('bad_request', `the component's metadata is not valid: ${faults.join('; ')}`);
}
