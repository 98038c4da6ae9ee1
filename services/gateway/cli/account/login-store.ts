import path from 'node:path';
import * as z from 'zod';
import { readIfThere, writePrivate } from '../../../shared/runtime/private-files.ts';
import { tokenGrant } from '../../accounts/token-grant.ts';
import type { StoredTokens, TokenStore } from '../../client/session/tokens.ts';
import { CommandError, messageOf } from '../errors.ts';

const login = z.object({
  email: z.string(),
  tokens: tokenGrant.omit({ token_type: true }).extend({ expires_at: z.number() }),
});
const logins = z.record(z.string(), z.array(login));
export type Login = z.infer<typeof login>;
type Logins = z.infer<typeof logins>;

/**
 * What `login` keeps: tokens and no password, by gateway and address. The login that was made last comes first, and is the default
 * of its gateway.
 */
export interface LoginStore {
  readonly file: string;
  find(url: string, email?: string): Login | undefined;
  /** Makes this the default login of the gateway. @throws CommandError where it cannot be written */
  add(url: string, login: Login): void;
  remove(url: string, email: string): void;
  /** The tokens of one login, for a session. Other runs see each renewal, because the file is read each time. */
  tokensOf(url: string, email: string): TokenStore;
}

/** The file lies beside the one with the accounts that were made automatically. */
export const loginsFile = (credentialsFile: string): string =>
  path.join(path.dirname(credentialsFile), 'logins.json');

export function createLoginStore(file: string): LoginStore {
  const find = (url: string, email?: string): Login | undefined => {
    const wanted = email?.toLowerCase();
    return read(file)[url]?.find((each) => wanted === undefined || each.email.toLowerCase() === wanted);
  };

  function change(url: string, update: (logins: readonly Login[]) => Login[]): void {
    const { [url]: ofGateway = [], ...others } = read(file);
    const updated = update(ofGateway);
    write(file, updated.length === 0 ? others : { ...others, [url]: updated });
  }
  const others = (all: readonly Login[], email: string) =>
    all.filter((each) => !isSameAddress(each.email, email));

  return {
    file,
    find,
    add: (url, added) => change(url, (all) => [added, ...others(all, added.email)]),
    remove: (url, email) => change(url, (all) => others(all, email)),
    tokensOf: (url, email) => ({
      get: () => find(url, email)?.tokens,
      set(renewed: StoredTokens | undefined) {
        // The place is kept: a renewal must not make another login the default one.
        change(url, (all) =>
          all.flatMap((each) => {
            if (!isSameAddress(each.email, email)) return [each];
            return renewed ? [{ email: each.email, tokens: renewed }] : [];
          }),
        );
      },
    }),
  };
}

const isSameAddress = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function read(file: string): Logins {
  try {
    const text = readIfThere(file);
    return text === undefined ? {} : logins.parse(JSON.parse(text));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'it is damaged';
    throw new CommandError(`${file} cannot be used (${reason}). Delete it, and log in again.`, { cause });
  }
}

function write(file: string, all: Logins): void {
  try {
    writePrivate(file, `${JSON.stringify(all, null, 2)}\n`);
  } catch (cause) {
    throw new CommandError(`The login cannot be kept in ${file}: ${messageOf(cause)}`, { cause });
  }
}
