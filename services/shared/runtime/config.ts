import { z } from 'zod';
import type { Log } from './log.ts';

/** A whole number, given as text in the environment. */
export const wholeNumber = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** The variables that every service reads. Dapr itself sets APP_PORT and those that begin with DAPR_. */
export const serviceEnvironment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  APP_PORT: wholeNumber(0, { max: 65_535 }),
  DAPR_HOST: z.string().min(1).default('127.0.0.1'),
  DAPR_HTTP_PORT: wholeNumber(3500, { min: 1, max: 65_535 }),
  DAPR_API_TOKEN: z.string().min(1).optional(),
  APP_API_TOKEN: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SHUTDOWN_SECONDS: wholeNumber(20, { min: 1, max: 3600 }),
});

/** The variables of a service that writes blobs. */
export const blobEnvironment = {
  /** The port of the sidecar's gRPC API. Without it, bytes go to the sidecar in base64. */
  DAPR_GRPC_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  /** `auto` saves the bytes of blobs as they are where the store keeps them. Earlier releases read base64 alone. */
  BLOB_ENCODING: z.enum(['auto', 'base64']).default('auto'),
};

/** Requires APP_API_TOKEN where other machines can reach the service, so that it can tell its own sidecar from them. */
export function requireTokenUnlessLoopback<Schema extends typeof serviceEnvironment>(schema: Schema): Schema {
  return schema.refine(({ HOST, APP_API_TOKEN }) => LOOPBACK.includes(HOST) || APP_API_TOKEN !== undefined, {
    path: ['APP_API_TOKEN'],
    error: 'is required when HOST is not a loopback address',
  });
}

type Environment = Record<string, string | undefined>;

/** Environment variables that have a new name: the old name → the new name. */
export type RenamedVariables = Readonly<Record<string, string>>;

/** An empty variable counts as one that is not set. */
const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/**
 * Checks the environment against a schema. A variable that is set only under its old name is read under that name; where
 * both names are set, the new one wins. Throws one error that names every bad variable, and never its value.
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment = process.env,
  renamed: RenamedVariables = {},
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => isSet(value)));
  for (const [oldName, newName] of Object.entries(renamed)) {
    if (isSet(environment[oldName]) && !isSet(environment[newName])) given[newName] = environment[oldName];
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`the environment is not usable:\n${faults.join('\n')}`);
}

/** Logs a warning for each variable that is set under its old name. */
export function warnOfOldNames(
  renamed: RenamedVariables,
  log: Pick<Log, 'warn'>,
  environment: Environment = process.env,
): void {
  for (const [oldName, newName] of Object.entries(renamed)) {
    if (!isSet(environment[oldName])) continue;
    const effect = isSet(environment[newName]) ? 'is ignored, because' : 'is still read, but';
    log.warn(
      { oldName, newName },
      `the environment variable ${oldName} ${effect} its name is now ${newName}`,
    );
  }
}
