import type { Tokens } from '../secrets.ts';

// What the user may have set for servers and services. Each service gets its own from its file in .data/env, none another's.
const belongsToOne =
  /^(RABBITMQ_|REDIS_|NATS_|MYSQL_|MONGODB_|POSTGRESQL_|SMTP_|LINK_SECRET$|OPERATOR_TOKEN$|PUBLIC_URL$|DAPR_|APP_|NODE_CHANNEL_|npm_)/;

export function withoutSecrets(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !belongsToOne.test(entry[0]),
    ),
  );
}

export interface AppEnvironment {
  /** The service's own environment file. */
  file: Record<string, string>;
  /** The user's environment: wins over the file. */
  real: NodeJS.ProcessEnv;
  /** dapr.yaml's `env`: wins over both, as with the Dapr CLI. */
  yaml: Record<string, string>;
  /** The caller's: wins over all of them. */
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
