import { canBeginEarly } from '../../shared/jobs/early-request.ts';
import { canListPackets } from './encode.ts';
import { type EncodeArguments, encodeArguments } from './encode-arguments.ts';
import type { EncodeRequest } from './encode-request.ts';
import type { EncoderResult } from './run-encoder.ts';
import { formatOf } from './run-metered.ts';
import { untrustedInput, untrustedPipe } from './untrusted-input.ts';

/** Sound that was encoded into `OUTPUT` while its video was being uploaded, and what ffmpeg said of it. */
export interface EarlySound {
  /** The arguments of ffmpeg that followed from the beginning of the file. */
  arguments: readonly string[];
  result: EncoderResult;
}

type Request = Omit<EncodeArguments, 'meters' | 'part'>;

/** The same request for a video on standard input. Undefined where it has to be read as a file. */
export function fromPipe<Asked extends Request>(request: Asked): Asked | undefined {
  // Anything more, such as a deeper look for tracks, was made up for this very file.
  if (request.inputArguments.length !== untrustedInput.length) return undefined;
  return { ...request, inputArguments: untrustedPipe, input: 'pipe:0' };
}

/** All arguments of ffmpeg. */
export const argumentsOf = (request: Request): string[] =>
  encodeArguments({ ...request, meters: formatOf(request) });

/**
 * Returns what ffmpeg said of the early encoding, where everything that decides the sound is the same for the whole file, and the file is
 * not converted in another way.
 */
export function earlyResult(early: EarlySound, request: EncodeRequest): EncoderResult | undefined {
  if (!canBeginEarly({ size: request.inputBytes, options: request.options })) return undefined;
  const wanted = fromPipe({ ...request, listsPackets: canListPackets(request) });
  const isSame =
    wanted !== undefined &&
    JSON.stringify(withoutSizeLimit(argumentsOf(wanted))) ===
      JSON.stringify(withoutSizeLimit(early.arguments));
  return isSame ? early.result : undefined;
}

/** The limit follows from the length that the file states. It changes nothing of an MP3 that is smaller. */
function withoutSizeLimit(args: readonly string[]): string[] {
  const index = args.indexOf('-fs');
  return args.filter((_, at) => index < 0 || (at !== index && at !== index + 1));
}
