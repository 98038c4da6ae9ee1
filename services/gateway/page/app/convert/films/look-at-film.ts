import type { ProbeResult } from '../../../../../shared/jobs/probe.ts';
import type { Client } from '../../../../client/client.ts';
import { isProblem, ProblemError, UnreachableError } from '../../../../client/http/errors.ts';
import type { Film } from '../../../../client/uploads/film.ts';
import {
  HEAD_BYTES,
  looksLikeMedia,
  PADDING_BYTES,
  paddingBytes,
} from '../../../../signatures/media-signature.ts';
import type { LocalFile } from '../../../../sound/local-file.ts';
import { planSound, type SoundPlan } from '../../../../sound/plan-sound.ts';
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
  /** Whether the gateway is asked although the first bytes are not those of a film. */
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
 * Of a file that is no film by its first bytes, nothing leaves this machine.
 * @throws ProblemError `invalid_token`, `too_many_requests`; what reading the file throws
 */
export async function lookAt(film: Film, options: Options, ports: LookPorts): Promise<Look> {
  const { client, plan: makePlan = planSound, signal } = ports;
  if (film.file.size === 0) return useless('empty_file');
  const plan = await makePlan(film.file, pickOptions(options, PLANNED_BY), signal);
  if (!plan && !ports.isForced && !(await mayBeMedia(film.file)))
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

/** By the rule of the gateway, which refuses any other file whatever its name is. */
async function mayBeMedia({ size, read }: LocalFile): Promise<boolean> {
  const head = await read(0, Math.min(size, HEAD_BYTES));
  if (paddingBytes(head) === 0) return looksLikeMedia(head);
  return looksLikeMedia(await read(0, Math.min(size, HEAD_BYTES + PADDING_BYTES)));
}
