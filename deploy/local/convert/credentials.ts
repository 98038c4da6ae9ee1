import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { readIfThere, writePrivate } from '../private-files.ts';
import { Failure, messageOf } from './failure.ts';

export interface Credentials {
  email: string;
  password: string;
}

/** Accounts that were made for the user, by gateway; the first of a gateway is the one that is used. */
export interface CredentialStore {
  readonly file: string;
  find(url: string, email?: string): Credentials | undefined;
  add(url: string, credentials: Credentials): void;
}

const kept = z.record(z.string(), z.array(z.object({ email: z.string(), password: z.string() })));

export function credentialsFile(env: NodeJS.ProcessEnv): string {
  // The XDG specification: a relative path is to be ignored.
  const given = env.XDG_CONFIG_HOME;
  const config = given && path.isAbsolute(given) ? given : path.join(homedir(), '.config');
  return path.join(config, 'mp3converter', 'credentials.json');
}

export function createCredentialStore(file: string): CredentialStore {
  function read(): z.infer<typeof kept> {
    try {
      const text = readIfThere(file);
      return text === undefined ? {} : kept.parse(JSON.parse(text));
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? 'it is damaged';
      throw new Failure(`${file} cannot be used (${reason}). Repair it, or delete it for a new account.`, {
        cause,
      });
    }
  }

  return {
    file,
    find: (url, email) =>
      read()[url]?.find((entry) => email === undefined || entry.email.toLowerCase() === email.toLowerCase()),
    add(url, credentials) {
      const all = read();
      const others = (all[url] ?? []).filter(({ email }) => email !== credentials.email);
      try {
        writePrivate(file, `${JSON.stringify({ ...all, [url]: [...others, credentials] }, null, 2)}\n`);
      } catch (cause) {
        throw new Failure(`The new account cannot be kept in ${file}: ${messageOf(cause)}`, { cause });
      }
    },
  };
}
