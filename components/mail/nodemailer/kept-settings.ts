import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Metadata of each component, by its name. */
type Properties = Record<string, Record<string, string>>;

const schema = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * A sidecar tells its metadata once, when it starts: a process that is started anew after a crash would know nothing of them,
 * and no mail would go out until the sidecar, too, is started anew. They hold the mail server's password, so the file is
 * its owner's alone, in the folder of the socket.
 */
export interface KeptSettings {
  /** Empty where nothing was kept, or what was kept cannot be read: the sidecar's next start brings it again. */
  read(): Properties;
  write(instance: string, properties: Record<string, string>): void;
}

export function keepSettingsIn(file: string): KeptSettings {
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
