import type { SMTPPoolOptions } from 'nodemailer/lib/smtp-pool';
import { isLoopback, type Settings } from './settings.ts';

/** Header fields that a DKIM signature covers. RFC 8058 requires it to cover both List-Unsubscribe fields. */
const SIGNED =
  'From:To:Cc:Subject:Date:Message-ID:MIME-Version:Content-Type:Content-Transfer-Encoding:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post';

/** The options by which nodemailer connects, logs in and signs. `ca` is the content of `caFile` (PEM). */
export function connectionOptions(settings: Settings, ca?: string): SMTPPoolOptions & { pool: true } {
  const { host, port, user, password, tls, dkimDomain, dkimSelector, dkimPrivateKey } = settings;
  const implicit = tls === 'implicit' || (tls === 'auto' && port === 465);
  const guardsLogin = user !== undefined && !settings.allowPlainLogin && !isLoopback(host);
  return {
    pool: true,
    host,
    port,
    secure: implicit,
    ignoreTLS: tls === 'none',
    requireTLS: tls === 'starttls' || (tls === 'auto' && !implicit && guardsLogin),
    tls: { rejectUnauthorized: !settings.skipTLSVerify, ...(ca !== undefined && { ca }) },
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
    maxConnections: settings.maxConnections,
    connectionTimeout: settings.connectSeconds * 1000,
    greetingTimeout: settings.greetingSeconds * 1000,
    socketTimeout: settings.silenceSeconds * 1000,
    // Content comes only from the request, never from a file or URL that the request names.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(dkimDomain !== undefined &&
      dkimSelector !== undefined &&
      dkimPrivateKey !== undefined && {
        dkim: {
          domainName: dkimDomain,
          keySelector: dkimSelector,
          privateKey: dkimPrivateKey,
          headerFieldNames: SIGNED,
        },
      }),
  };
}
