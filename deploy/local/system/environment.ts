import type { Tokens } from '../write-secrets.ts';

// Variables for one server or service, which others must not see. A service gets its own from its file in .data/env.
const RESTRICTED =
  /^(RABBITMQ_|REDIS_|NATS_|MYSQL_|MONGODB_|POSTGRESQL_|SMTP_|LINK_SECRET$|EVENT_SECRET$|AUTH_SECRET$|OIDC_PROVIDERS$|OPERATOR_TOKEN$|PUBLIC_URL$|DAPR_|APP_|NODE_CHANNEL_|npm_)/;

/** The environment without the variables that belong to one server or service. */
export function withoutSecrets(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !RESTRICTED.test(entry[0]),
    ),
  );
}

/** The sources of a service's environment; each wins over those before it. */
export interface AppEnvironment {
  /** The service's own environment file. */
  file: Record<string, string>;
  /** The user's environment. Restricted variables are taken from it only if the file has them as well. */
  real: NodeJS.ProcessEnv;
  /** `env` in dapr.yaml. The Dapr CLI gives it the same precedence. */
  yaml: Record<string, string>;
  /** The variables that the caller of launch() sets. */
  extra: Record<string, string>;
}

export function mergeEnvironment({ file, real, yaml, extra }: AppEnvironment): Record<string, string> {
  const own = Object.fromEntries(
    Object.keys(file).flatMap((name) => (real[name] === undefined ? [] : [[name, real[name]]])),
  );
  return { ...withoutSecrets(real), ...file, ...own, ...yaml, ...extra } as Record<string, string>;
}

export function tokenEnvironment(tokens: Tokens): Record<string, string> {
  return { DAPR_API_TOKEN: tokens.daprApi, APP_API_TOKEN: tokens.appApi };
}
