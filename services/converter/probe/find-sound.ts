import { join } from 'node:path';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { ProbeResult } from '../../shared/jobs/probe.ts';
import type { ProbeRequest } from '../../shared/jobs/probe-request.ts';
import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { isCertainlyCut } from '../completeness/completeness.ts';
import { ConversionFailure, HeaderTooSlow } from '../failure.ts';
import { chooseTrack } from '../ffmpeg/probe/choose-track.ts';
import { type FoundTracks, findTracks, LISTS_NO_STREAMS, look } from '../ffmpeg/probe/find-tracks.ts';
import { type AudioTrack, audioTrack, describeFound, probe } from '../ffmpeg/probe/probe.ts';
import type { ProbeTools } from '../ffmpeg/probe/probe-tools.ts';
import type { SourceTrack } from '../ffmpeg/probe/source-track.ts';
import { requireRealFormat } from '../ffmpeg/sound-bounds.ts';
import { INPUT, untrustedInput } from '../ffmpeg/untrusted-input.ts';
import { hiddenParts } from './hidden-parts.ts';

/** ffmpeg accepts no smaller one. */
const MIN_PROBE_SIZE = 32;

/** Containers whose length is known from their last bytes alone. */
const LENGTH_AT_END = /^(mpegts|mpeg|flv|dv|ogg)$/;

/** What a file says about its sound. */
export interface Sound {
  format: string;
  complete: boolean;
  durationSeconds: number | null;
  tracks: ProbeResult['tracks'];
  /** The track that becomes the MP3. */
  audio?: AudioTrack;
  filmStartSeconds: number;
  /** Whether the file is known to have a film or a cover. */
  hasPictures?: boolean;
  /** The lines with which a tool has described the file, where they are known to be all. */
  description?: readonly string[] | undefined;
  /** What ffmpeg needs before `-i INPUT`. */
  inputArguments: readonly string[];
  warnings: JobWarning[];
  /** Why a conversion would fail. */
  error: ProbeResult['error'];
}

/**
 * Looks for the sound of `INPUT`, as a conversion does where the file is whole. Where its middle is a hole, nothing is decoded,
 * because a packet in the hole would look like a damaged one, and what a hole may explain is unknown instead of an error.
 *
 * @throws {@link ConversionFailure} `unknown_track` for a track that the file does not have.
 */
export async function findSound(tools: ProbeTools, request: ProbeRequest): Promise<Sound> {
  const { head, tail, size, options } = request;
  const sound = await (head + tail === size ? inWholeFile(tools, options) : inEnds(tools, request));
  if (sound.error) return sound;
  const isCut = await isCertainlyCut(join(tools.folder, INPUT), { start: head, end: size - tail });
  return isCut ? ofCutFile(sound) : sound;
}

/** What is to be expected of a file whose end is missing. How much sound there is, only the conversion will tell. */
function ofCutFile(sound: Sound): Sound {
  if (sound.audio) return { ...sound, warnings: [END_MISSING, ...sound.warnings] };
  // The index was to come at the end.
  return sound.tracks.length === 0 ? { ...sound, complete: true, error: NO_SOUND_BEFORE_CUT } : sound;
}

const END_MISSING: JobWarning = {
  code: 'truncated',
  detail: 'The end of the file is missing. Only the sound before that can be converted.',
};

const NO_SOUND_BEFORE_CUT = {
  code: 'truncated',
  detail: 'the end of the file is missing, and with it the index that tells where its sound is',
} as const;

async function inWholeFile(tools: ProbeTools, { track }: ConversionOptions): Promise<Sound> {
  try {
    const { formatName, ...found } = await probe(tools, track);
    return { ...found, format: formatName, complete: true, error: null };
  } catch (failure) {
    const error = errorOf(failure);
    const found = failure instanceof HeaderTooSlow ? undefined : await findTracks(tools).catch(nothingOf);
    return { ...(found ? describe(found) : NOTHING), complete: true, error };
  }
}

function nothingOf(failure: unknown): undefined {
  errorOf(failure);
}

async function inEnds(tools: ProbeTools, { options, size, head, tail }: ProbeRequest): Promise<Sound> {
  let found: FoundTracks;
  try {
    found = await look(tools, ['-probesize', String(Math.max(MIN_PROBE_SIZE, head))]);
  } catch (failure) {
    // The index of the file may be in the hole.
    errorOf(failure);
    return NOTHING;
  }
  const { format_name: format } = found.format;
  const hidden = await hiddenParts(tools.folder, format, { start: head, end: size - tail, size });
  if (hidden.index) return { ...NOTHING, format };
  const hasLength = !hidden.length && (tail > 0 || !LENGTH_AT_END.test(format));
  const known = hasLength ? withCertainLengths(found) : withoutLengths(found);
  const complete = hasLength && !hidden.tags;
  try {
    const { track, warnings } = chooseTrack(known.tracks, options.track);
    requireRealFormat(track);
    return { ...describe(known, track), complete, warnings, error: null };
  } catch (failure) {
    const error = errorOf(failure, { mayBeHidden: LISTS_NO_STREAMS.test(format) });
    return { ...describe(known), complete: complete && error !== null, error };
  }
}

/** ffmpeg takes the part that it sees for the whole. */
const withoutLengths = ({ format, tracks, ...rest }: FoundTracks): FoundTracks => ({
  ...rest,
  format: { ...format, duration: undefined },
  tracks: tracks.map((track) => ({ ...track, durationSeconds: undefined })),
});

/** Seconds by which the tracks of a stream may end before each other. */
const END_TOLERANCE = 2;

/**
 * In MPEG streams, ffmpeg takes the last packet that it sees of a track for the end of the track. In a short end of the file, a track
 * may have no packet.
 */
function withCertainLengths(found: FoundTracks): FoundTracks {
  const { duration, format_name } = found.format;
  if (duration === undefined || !/^(mpegts|mpeg)$/.test(format_name)) return found;
  const isCertain = ({ durationSeconds = 0 }: SourceTrack) => durationSeconds >= duration - END_TOLERANCE;
  return {
    ...found,
    tracks: found.tracks.map((track) =>
      isCertain(track) ? track : { ...track, durationSeconds: undefined },
    ),
  };
}

function describe(found: FoundTracks, chosen?: SourceTrack): Sound {
  const { formatName: format, ...described } = describeFound(found, chosen);
  const audio = chosen && audioTrack(found, chosen, described.filmStartSeconds);
  return { ...NOTHING, ...described, format, ...(audio && { audio }) };
}

const NOTHING: Sound = {
  format: '',
  complete: false,
  durationSeconds: null,
  tracks: [],
  filmStartSeconds: 0,
  inputArguments: untrustedInput,
  warnings: [],
  error: null,
};

/**
 * Returns the error that a job would have. Throws what is no fault of the file, and `unknown_track`.
 * @param mayBeHidden whether more tracks may begin in the hole; then a track that was not found is not an error
 */
function errorOf(failure: unknown, { mayBeHidden = false } = {}): ProbeResult['error'] {
  if (!(failure instanceof ConversionFailure)) throw failure;
  const { code, message: detail } = failure;
  if (mayBeHidden && (code === 'unknown_track' || code === 'no_audio')) return null;
  if (code === 'unknown_track') throw failure;
  return { code, detail };
}
