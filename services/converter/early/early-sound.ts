import { encodeArguments } from '../ffmpeg/encode-arguments.ts';
import type { EncodeRequest } from '../ffmpeg/encode-request.ts';
import type { EncoderResult } from '../ffmpeg/run-encoder.ts';
import { untrustedInput, untrustedPipe } from '../ffmpeg/untrusted-input.ts';

/** Sound that was encoded into `OUTPUT` while its video was being uploaded, and what ffmpeg said of it. */
export interface EarlySound {
  /** What {@link argumentsFromPipe} gave for what was known at the beginning of the file. */
  arguments: readonly string[];
  result: EncoderResult;
}

type Request = Omit<EncodeRequest, 'signal' | 'onTime'> & { listsPackets: boolean };

/** The arguments of ffmpeg that encode the same sound from its standard input. Undefined where it has to be read as a file. */
export function argumentsFromPipe(request: Request): string[] | undefined {
  // Anything more, such as a deeper look for tracks, was made up for this very file.
  if (request.inputArguments.length !== untrustedInput.length) return undefined;
  return encodeArguments({ ...request, inputArguments: untrustedPipe, input: 'pipe:0' });
}

/** Returns the result of the early encoding where everything that decides the sound is the same for the whole file. */
export function matchingResult(early: EarlySound, request: Request): EncoderResult | undefined {
  const wanted = argumentsFromPipe(request);
  const isSame =
    wanted !== undefined &&
    JSON.stringify(withoutSizeLimit(wanted)) === JSON.stringify(withoutSizeLimit(early.arguments));
  return isSame ? early.result : undefined;
}

/** The limit follows from the length that the file states. It changes nothing of an MP3 that is smaller. */
function withoutSizeLimit(args: readonly string[]): string[] {
  const index = args.indexOf('-fs');
  return args.filter((_, at) => index < 0 || (at !== index && at !== index + 1));
}
