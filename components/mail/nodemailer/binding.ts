import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../../services/shared/runtime/log.ts';
import { connectionOptions } from './connection.ts';
import { Failure } from './failure.ts';
import { connectMailServer, type MailServer } from './mail-server.ts';
import { type InvokeRequest, messageFrom } from './message.ts';
import type { SavedSettings } from './saved-settings.ts';
import { readSettings, type Settings } from './settings.ts';

export const OPERATIONS = ['create'];

/** An output binding that serves any number of components and sidecars. `instance` is the name of a component. */
export interface Binding {
  /** Sets up or changes a component. `properties` is its metadata; throws `bad_request` when it is not valid. */
  init(instance: string, properties: Record<string, string>): Promise<void>;
  /** Sends one mail. Throws a `Failure`. The signal is aborted when the caller no longer waits for the answer. */
  invoke(instance: string, request: InvokeRequest, signal: AbortSignal): Promise<void>;
  /** Closes every connection. Sends that are under way fail. */
  close(): void;
}

interface Instance {
  settings: Settings;
  server: MailServer;
}

/** Sets up the components that the previous process knew, because their sidecars do not send their settings again. */
export async function resumeBinding(binding: Binding, saved: SavedSettings, log: Log): Promise<void> {
  for (const [instance, properties] of Object.entries(saved.read())) {
    await binding.init(instance, properties).catch((error: unknown) => {
      log.warn({ err: error, instance }, 'the saved settings of this component are no longer valid');
    });
  }
}

export function createBinding(log: Log, saved: SavedSettings, connect = connectMailServer): Binding {
  const instances = new Map<string, Instance>();
  return {
    async init(instance, properties) {
      const settings = readSettings(properties);
      const previous = instances.get(instance);
      // Another replica's sidecar has started, or the same one again: keep the open connections.
      if (previous && isDeepStrictEqual(previous.settings, settings)) return;
      const ca = settings.caFile === undefined ? undefined : await readAuthorities(settings.caFile);
      instances.set(instance, { settings, server: connect(connectionOptions(settings, ca)) });
      previous?.server.close();
      saved.write(instance, properties);
      const { host, port, tls, maxConnections } = settings;
      log.info(
        { instance, host, port, tls, maxConnections, replaced: previous !== undefined },
        'initialised',
      );
    },

    async invoke(instance, request, signal) {
      if (!OPERATIONS.includes(request.operation))
        throw new Failure(
          'no_such_operation',
          `unknown operation; the binding supports ${OPERATIONS.join(', ')}`,
        );
      const found = instances.get(instance);
      if (!found) {
        log.error({ instance }, 'no sidecar has sent the settings of this component: restart the sidecar');
        throw new Failure('refused', 'the component has not received its settings: restart the sidecar');
      }
      const mail = messageFrom(request, found.settings);
      const mailLog = log.child({ instance, message_id: mail.messageId });
      mailLog.debug('sending');
      try {
        const refused = await found.server.send(mail, signal);
        if (refused > 0) mailLog.warn({ refused }, 'the mail server refused some of the recipients');
        else mailLog.debug('sent');
      } catch (error) {
        const { cause } = error as Failure;
        const { code, responseCode } = (cause ?? {}) as { code?: string; responseCode?: number };
        mailLog.warn({ outcome: (error as Failure).code, code, reply: responseCode }, 'not sent');
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
    throw new Failure('bad_request', `caFile cannot be read: ${(cause as Error).message}`, cause);
  }
}
