import type { LocalFile } from '../sound/local-file.ts';
import type { planSound, SoundPlan } from '../sound/plan-sound.ts';
import { isProblem } from './http/errors.ts';
import { mayNeedWhole } from './may-need-whole.ts';
import type { Session } from './session/session.ts';
import type { Film } from './uploads/film.ts';
import {
  type FileUpload,
  type FileUploadPorts,
  type UploadedFile,
  uploadFile,
} from './uploads/upload-file.ts';

/** What is sent of a film: its sound alone, or all of it. */
export interface Sending {
  kind: 'sound' | 'whole';
  /** Bytes that are sent. */
  size: number;
  /** Bytes of the film. */
  filmSize: number;
}

export interface SendVideoPorts extends FileUploadPorts {
  /** Query parameters of the upload: the options of the conversion, such as `bitrate`. */
  options: Record<string, string>;
  /** Whether all of the film is sent, although its sound would be enough. */
  whole?: boolean | undefined;
  /** Plans what is sent instead of all of a film. Default: `planSound`. */
  plan?: typeof planSound | undefined;
  /** Gets the bytes of the film that were read to find its sound. */
  onPlanning?: ((bytes: number) => void) | undefined;
  /** Called before the first byte is sent, and again where all of the film is sent after its sound. Not where nothing is sent. */
  onSending?: ((sending: Sending) => void) | undefined;
  /** Called where all of the film is sent because nothing could be made of its sound alone, with the reason. */
  onWhole?: ((reason: string) => void) | undefined;
}

export interface SentVideo extends Sending, Omit<UploadedFile, 'error'> {}

/**
 * Sends the sound of a film, or all of it where its sound alone cannot be told apart with certainty. Sends all of it, too, where
 * the gateway refuses the sound alone, or an earlier run found that nothing could be made of it.
 * @throws ProblemError, UnreachableError, FileChangedError
 */
export async function sendVideo(session: Session, film: Film, ports: SendVideoPorts): Promise<SentVideo> {
  const plan = ports.whole ? undefined : await planOf(film.file, ports);
  const sent = plan && (await sendSound(session, film, plan, ports));
  if (sent) return sent;
  const whole = { kind: 'whole', file: film.file, blob: film.blob } as const;
  const { error: _none, ...uploaded } = await sendPart(session, film, whole, ports);
  return uploaded;
}

/** Undefined where all of the film has to be sent. */
async function planOf(
  { size, read }: LocalFile,
  { options, signal, onPlanning, ...ports }: SendVideoPorts,
): Promise<SoundPlan | undefined> {
  // A page loads the code that reads films once it has one.
  const plan = ports.plan ?? (await import('../sound/plan-sound.ts')).planSound;
  let isPlanning = true;
  let bytes = 0;
  const counted: LocalFile = {
    size,
    async read(start, end) {
      const part = await read(start, end);
      bytes += part.length;
      if (isPlanning) onPlanning?.(bytes);
      return part;
    },
  };
  try {
    return await plan(counted, options, signal);
  } catch {
    signal.throwIfAborted();
    // A film that cannot be read fails again when it is sent. Any other error must not keep anybody from sending it.
    return undefined;
  } finally {
    isPlanning = false;
  }
}

/** Undefined where all of the film has to be sent, after it was told so. */
async function sendSound(
  session: Session,
  film: Film,
  { file, track }: SoundPlan,
  ports: SendVideoPorts,
): Promise<SentVideo | undefined> {
  const original = { original_size: String(film.file.size), original_track: String(track) };
  const part = { kind: 'sound', file, acceptsFailure: mayNeedWhole } as const;
  try {
    const { error, ...sent } = await sendPart(session, film, { ...part, parameters: original }, ports).catch(
      (cause: unknown) => {
        // A gateway of an older release refuses the parameters about the original film. It converts the sound without them.
        if (!isProblem(cause, 'invalid_option')) throw cause;
        return sendPart(session, film, part, { ...ports, onSending: undefined });
      },
    );
    if (!error) return sent;
    ports.onWhole?.(error.detail);
  } catch (error) {
    if (!isProblem(error, 'not_media')) throw error;
    ports.onWhole?.(error.message);
  }
  return undefined;
}

interface Part extends Pick<FileUpload, 'file' | 'acceptsFailure'> {
  kind: Sending['kind'];
  blob?: Blob | undefined;
  parameters?: Record<string, string>;
}

async function sendPart(
  session: Session,
  { name, type, identity, file: film }: Film,
  { kind, file, blob, parameters, acceptsFailure }: Part,
  ports: SendVideoPorts,
): Promise<SentVideo & Pick<UploadedFile, 'error'>> {
  const sending: Sending = { kind, size: file.size, filmSize: film.size };
  const all = { ...ports.options, filename: name, ...parameters };
  const upload = { file, blob, type, identity, parameters: all, ...(acceptsFailure && { acceptsFailure }) };
  return {
    ...sending,
    ...(await uploadFile(session, upload, { ...ports, onStart: () => ports.onSending?.(sending) })),
  };
}
