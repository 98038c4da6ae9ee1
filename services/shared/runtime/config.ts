import { z } from 'zod';

/** Whole number given as text in the environment. */
export const wholeNumber = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** What every service reads; the names APP_PORT and DAPR_* are those that Dapr itself sets. */
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

/** Adds the rule that a service which other machines can reach must be able to tell its sidecar from them. */
export function guarded<Schema extends typeof serviceEnvironment>(schema: Schema): Schema {
  return schema.refine(({ HOST, APP_API_TOKEN }) => LOOPBACK.includes(HOST) || APP_API_TOKEN !== undefined, {
    path: ['APP_API_TOKEN'],
    error: 'is required when HOST is not a loopback address',
  });
}

/** Checks the environment against a schema; throws one error that names every bad variable (never its value). */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined> = process.env,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`the environment is not usable:\n${faults.join('\n')}`);
}
