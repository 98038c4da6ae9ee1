import { UsageError } from './errors.ts';

/** The gateway's address where --url is not given. */
const defaultUrl = (env: NodeJS.ProcessEnv): string =>
  env.MP3_URL || `http://localhost:${env.GATEWAY_PORT || 8080}`;

/** Returns the address without a slash at the end. @throws UsageError */
export function gatewayUrl(given: string | undefined, env: NodeJS.ProcessEnv): string {
  const text = given ?? defaultUrl(env);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`${text} is not the address of a gateway, such as http://localhost:8080.`);
  }
  if (url.username || url.password) {
    throw new UsageError(
      'The URL must not contain a name or password, because others can read it. See --email in --help.',
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
