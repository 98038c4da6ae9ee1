import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { TOKEN_HEADER } from '../dapr/names.ts';

export type Log = Logger;

/** Names of fields that could hold a secret. */
const SECRETS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'refresh_token',
  'access_token',
  'download_url',
  'signature',
  TOKEN_HEADER,
];

/**
 * A log of structured lines, which go to standard output by default. Fields that could hold a secret are removed, up to two
 * levels deep.
 */
export function createLog(service: string, level: string, destination?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    redact: {
      paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[removed]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
