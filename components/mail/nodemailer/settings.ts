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

/** One that nodemailer can sign with: RSA, as PEM. */
const isRsaKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

/** `metadata` of the component's YAML. Those of the SMTP binding have its names, so that only the type differs. */
const schema = z
  .strictObject({
    host: z.string(),
    port: z.coerce.number().int().min(1).max(65_535),
    user: optional,
    password: optional,
    /** For requests that do not say it. */
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
     * `auto`: from the first byte on port 465, else STARTTLS if the server offers it, and never a login without.
     * `starttls`, `implicit`: this or nothing.
     */
    tls: z.enum(['auto', 'starttls', 'implicit', 'none']).default('auto'),
    skipTLSVerify: flag,
    /** PEM; instead of the authorities that Node knows. */
    caFile: optional,
    /** A login over a connection that anybody on the way can read. This machine's own server needs no permission. */
    allowPlainLogin: flag,
    maxConnections: whole(5, 1, 100),
    connectSeconds: whole(10, 1, 3600),
    greetingSeconds: whole(30, 1, 3600),
    /** Silence in the middle. Ten minutes is what RFC 5321 (4.5.3.2.6) grants a server that has the whole mail. */
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
    { error: 'a login is not sent without TLS, unless allowPlainLogin is true', path: ['tls'] },
  );

export type Settings = z.output<typeof schema>;

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

/** Throws `bad_request`, naming every bad field and no value. An empty field is one that is not there. */
export function readSettings(properties: Record<string, string>): Settings {
  const given = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new Failure('bad_request', `the component's metadata is not usable: ${faults.join('; ')}`);
}
