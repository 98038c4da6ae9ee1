import type { ProbeResult } from '../../../../../shared/jobs/probe.ts';
import type { Client } from '../../../../client/client.ts';
import { isProblem, ProblemError, UnreachableError } from '../../../../client/http/errors.ts';
import { planSound, type SoundPlan } from '../../../../client/sound/plan-sound.ts';
import type { Film } from '../../../../client/uploads/film.ts';
import { splitExtension } from '../../../../downloads/mp3-name.ts';
import { type Options, pickOptions } from '../options/options.ts';

/** What is known of a film before it is sent. */
export interface Found {
  /** What is sent of it. Undefined where all of it is. */
  plan: SoundPlan | undefined;
  /** What the plan was made for: see `planKeyOf`. */
  planKey: string;
  /** Undefined where the gateway did not answer, or was not asked. */
  probe: ProbeResult | undefined;
  /** Whether the gateway was not asked, because it would refuse an upload of this size. */
  isTooLarge: boolean;
}

/** Why nothing can be made of a film: a code of the API, or what the page itself has found. The text is for a code that we do not know. */
export interface Fault {
  code: string;
  detail: string;
}

export type Look = { kind: 'found'; found: Found } | { kind: 'useless'; fault: Fault; mayBeWrong: boolean };

export interface LookPorts {
  client: Pick<Client, 'probe'>;
  plan?: typeof planSound;
  /** Whether the gateway is asked although the name is not that of a film. */
  isForced: boolean;
  /** The most bytes that may be sent. Default: any number. */
  maxBytes?: number | undefined;
  signal: AbortSignal;
}

/** On which options it depends what is sent of a film. */
const PLANNED_BY = ['track', 'cover'];
/** On which options it depends what the gateway finds in a film. The others only change what becomes of it. */
const PROBED_BY = ['track', 'preset', 'bitrate', 'quality', 'sample_rate', 'channels'];

export const planKeyOf = (options: Options): string =>
  JSON.stringify([options.track ?? null, options.cover === 'frame']);

/**
 * Finds out what a film is and what would be sent of it. Where its sound alone will be sent, the gateway sees no other part of it.
 * Of a file that is no film by its name, nothing leaves this machine.
 * @throws ProblemError `invalid_token`, `too_many_requests`; what reading the file throws
 */
export async function lookAt(film: Film, options: Options, ports: LookPorts): Promise<Look> {
  const { client, plan: makePlan = planSound, signal } = ports;
  if (film.file.size === 0) return useless('empty_file');
  const plan = await makePlan(film.file, pickOptions(options, PLANNED_BY), signal);
  if (!plan && !ports.isForced && !(await mayBeMedia(film)))
    return { ...useless('unlikely'), mayBeWrong: true };
  const found = { plan, planKey: planKeyOf(options), probe: undefined, isTooLarge: false };
  const isTooLarge = (part: Film['file']) => part.size > (ports.maxBytes ?? Number.POSITIVE_INFINITY);
  try {
    if (isTooLarge(plan?.file ?? film.file)) return { kind: 'found', found: { ...found, isTooLarge: true } };
    const probed = await probe(plan ? { ...film, file: plan.file } : film);
    if (!probed.error) return { kind: 'found', found: { ...found, probe: probed } };
    // The command line would send all of the film, and so do we.
    if (isTooLarge(film.file))
      return { kind: 'found', found: { ...found, plan: undefined, isTooLarge: true } };
    const whole = plan ? await probe(film) : probed;
    if (!whole.error) return { kind: 'found', found: { ...found, plan: undefined, probe: whole } };
    return useless(whole.error.code, whole.error.detail);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UnreachableError) return { kind: 'found', found };
    if (isFault(error)) return useless(error.code, error.message);
    throw error;
  }

  function probe(part: Film): Promise<ProbeResult> {
    return client.probe(part, { options: { ...pickOptions(options, PROBED_BY) }, signal });
  }
}

const useless = (code: string, detail = ''): Look & { kind: 'useless' } => ({
  kind: 'useless',
  fault: { code, detail },
  mayBeWrong: false,
});

const isFault = (error: unknown): error is ProblemError =>
  error instanceof ProblemError &&
  (['empty_file', 'not_media', 'too_large', 'unsupported_media_type'] as const).some((code) =>
    isProblem(error, code),
  );

const SAMPLE_BYTES = 4096;

const mayBeMedia = async (film: Film): Promise<boolean> =>
  looksLikeMedia(film) && !isText(await film.file.read(0, Math.min(film.file.size, SAMPLE_BYTES)));

/** Programs in TypeScript have the same extension as MPEG transport streams. A film always holds bytes that no text has. */
export function isText(head: Uint8Array): boolean {
  // The last character may be cut.
  const text = new TextDecoder().decode(head).replace(/\uFFFD$/, '');
  return !/[\p{Cc}\uFFFD]/u.test(text.replace(/[\t\n\v\f\r]/g, ''));
}

/** Whether a file may be a film, by its name or the type that the browser gives it. */
export const looksLikeMedia = ({ name, type }: Pick<Film, 'name' | 'type'>): boolean =>
  /^(video|audio)\//.test(type) || splitExtension(name).extension !== '';
