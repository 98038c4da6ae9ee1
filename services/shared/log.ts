import { type Logger, pino, stdTimeFunctions } from 'pino';

export type Log = Logger;

/** Structured lines on standard output. What could hold a secret is removed wherever it stands. */
export function createLog(service: string, level: string): Log {
  return pino({
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'authorization',
        'cookie',
        'password',
        'token',
        'refresh_token',
        'access_token',
        'download_url',
      ].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[removed]',
    },
  });
}
