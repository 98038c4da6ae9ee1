import { KEY_PREFIX, parseApiKey } from '../../../shared/contract/api-key.ts';
import { isProblem } from '../../client/http/errors.ts';
import type { Transport } from '../../client/http/transport.ts';
import type { Session } from '../../client/session/session.ts';
import { CommandError, NotLoggedInError } from '../errors.ts';

/** Returns the API key in `MP3_API_KEY`. Undefined where there is none. @throws CommandError for a text that is no key */
export function apiKeyOf(env: NodeJS.ProcessEnv): string | undefined {
  const given = env.MP3_API_KEY?.trim();
  if (!given) return undefined;
  if (parseApiKey(given)) return given;
  throw new CommandError(
    given.startsWith(KEY_PREFIX)
      ? 'MP3_API_KEY is no API key of a gateway: a part of it is missing or wrong.'
      : 'MP3_API_KEY is no API key of a gateway: such a key begins with mp3_.',
  );
}

/** Returns the public part of a key, by which its owner finds it in the list of keys. */
export const publicPart = (key: string): string => `${KEY_PREFIX}${parseApiKey(key)?.id}`;

/** A session that sends an API key with each request. Nothing has to be renewed, and nothing ends with the program. */
export function createKeySession(transport: Transport, key: string): Session {
  return {
    url: transport.url,
    account: publicPart(key),
    async send(request) {
      try {
        const headers = { ...request.headers, authorization: `Bearer ${key}` };
        return await transport.send({ ...request, headers });
      } catch (error) {
        if (!isProblem(error, 'invalid_token')) throw error;
        throw new NotLoggedInError(
          `${transport.url} does not accept the API key ${publicPart(key)}_… in MP3_API_KEY: it has expired, or its owner has deleted it.`,
          { cause: error },
        );
      }
    },
    signIn: () => Promise.reject(new CommandError('MP3_API_KEY is set: unset it to log in.')),
    logOut: async () => undefined,
  };
}
