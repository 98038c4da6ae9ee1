import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../../services/shared/runtime/log.ts';
import { connectionOptions } from './connection.ts';
import { Failure } from './failure.ts';
import type { KeptSettings } from './kept-settings.ts';
import { connectMailServer, type MailServer } from './mail-server.ts';
import { type InvokeRequest, messageFrom } from './message.ts';
import { readSettings, type Settings } from './settings.ts';

export const OPERATIONS = ['create'];

/** An output binding, for any number of components of any number of sidecars: `instance` is the component's name. */
export interface Binding {
  init(instance: string, properties: Record<string, string>): Promise<void>;
  /** Throws a `Failure`; the signal is aborted when nobody waits for the answer any more. */
  invoke(instance: string, request: InvokeRequest, signal: AbortSignal): Promise<void>;
  /** Closes every connection, and breaks off what is under way. */
  close(): void;
}

interface Instance {
  settings: Settings;
  server: MailServer;
}

/** Takes up where the process before this one was killed. */
export async function resumeBinding(binding: Binding, kept: KeptSettings, log: Log): Promise<void> {
  for (const [instance, properties] of Object.entries(kept.read())) {
    await binding.init(instance, properties).catch((error: unknown) => {
      log.warn({ err: error, instance }, 'its settings of before cannot be used any more');
    });
  }
}

export function createBinding(log: Log, kept: KeptSettings, connect = connectMailServer): Binding {
  const instances = new Map<string, Instance>();
  return {
    async init(instance, properties) {
      const settings = readSettings(properties);
      const before = instances.get(instance);
      // Another replica's sidecar, or the same one started again.
      if (before && isDeepStrictEqual(before.settings, settings)) return;
      const ca = settings.caFile === undefined ? undefined : await readAuthorities(settings.caFile);
      instances.set(instance, { settings, server: connect(connectionOptions(settings, ca)) });
      before?.server.close();
      kept.write(instance, properties);
      const { host, port, tls, maxConnections } = settings;
      log.info({ instance, host, port, tls, maxConnections, replaced: before !== undefined }, 'initialised');
    },

    async invoke(instance, request, signal) {
      if (!OPERATIONS.includes(request.operation))
        throw new Failure('no_such_operation', `there is no operation but ${OPERATIONS.join(', ')}`);
      const found = instances.get(instance);
      if (!found) {
        log.error({ instance }, 'no sidecar has told its settings: start the sidecar anew');
        throw new Failure('refused', 'the component does not know its settings: start the sidecar anew');
      }
      const mail = messageFrom(request, found.settings);
      const about = log.child({ instance, message_id: mail.messageId });
      about.debug('sending');
      try {
        const refused = await found.server.send(mail, signal);
        if (refused > 0) about.warn({ refused }, 'the mail server refused some of the recipients');
        else about.debug('sent');
      } catch (error) {
        const { cause } = error as Failure;
        const { code, responseCode } = (cause ?? {}) as { code?: string; responseCode?: number };
        about.warn({ outcome: (error as Failure).code, code, reply: responseCode }, 'not sent');
        throw error;
      }
    },

    close() {
      for (const { server } of instances.values()) server.close({ now: true });
    },
  };
}

async function readAuthorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad_request', `caFile: cannot be read: ${(cause as Error).message}`, cause);
  }
}
