import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** The metadata of each component, by the component's name. */
type Properties = Record<string, Record<string, string>>;

const schema = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * The settings of all components, kept in a file. A sidecar sends its metadata only once, when it starts. Without this file, a
 * binding that restarts after a crash could send no mail until the sidecar restarts too. The settings include the mail
 * server's password, so only the owner can read the file, which is in the folder of the socket.
 */
export interface SavedSettings {
  /** Returns an empty object when there is no readable file: the sidecar sends its settings again at its next start. */
  read(): Properties;
  write(instance: string, properties: Record<string, string>): void;
}

export function createSavedSettings(file: string): SavedSettings {
  const read = (): Properties => {
    try {
      return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      return {};
    }
  };
  return {
    read,
    write(instance, properties) {
      const temporary = `${file}.${randomUUID()}`;
      writeFileSync(temporary, JSON.stringify({ ...read(), [instance]: properties }), { mode: 0o600 });
      renameSync(temporary, file);
    },
  };
}
