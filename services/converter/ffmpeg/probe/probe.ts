import type { Source } from '../../../shared/jobs/job-view.ts';
import type { JobWarning } from '../../../shared/jobs/warnings.ts';
import { ConversionFailure } from '../../failure.ts';
import { AUDIO_DECODERS } from '../audio-decoders.ts';
import { explainByCut } from '../explain-by-cut.ts';
import { requireRealFormat } from '../sound-bounds.ts';
import { checkTrack } from './check-track.ts';
import { type ChosenTrack, chooseTrack } from './choose-track.ts';
import { channelsOf } from './dump.ts';
import { type FoundTracks, findTracks } from './find-tracks.ts';
import type { ProbeTools } from './probe-tools.ts';
import type { SourceTrack } from './source-track.ts';
import { fileLength, filmStartOf, type StatedLength, statedLength, trackLength } from './stated-length.ts';

/** Tracks that are decoded to see whether they can be. Each may cost as much as to read the file once. */
const MAX_CHECKS = 10;
/** Tracks that the job lists. */
const MAX_TRACKS = 32;

/** The track that becomes the MP3. */
export type AudioTrack = SourceTrack &
  StatedLength & {
    /** Whether the file states when each packet is played. AVI does not: ffmpeg guesses from sizes, and is far off for some codecs. */
    hasTimestamps: boolean;
  };

export interface Probe {
  /** ffmpeg's names of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  formatName: string;
  /** The length that the file states for itself, in seconds from the start of the film. A hint. */
  durationSeconds: number | null;
  /** Where the clock of the film starts, in seconds on the clock of the file. */
  filmStartSeconds: number;
  /** What the job shows. */
  tracks: NonNullable<Source['tracks']>;
  audio: AudioTrack;
  /** Whether the file has a film or a cover. */
  hasPictures: boolean;
  /** Arguments that ffmpeg and ffprobe need before `-i INPUT`: the allow-lists, and how far to look for tracks. */
  inputArguments: readonly string[];
  /** The lines with which a tool has described the file, where they are known to be all. */
  description?: readonly string[] | undefined;
  warnings: JobWarning[];
}

/**
 * Reads what `INPUT` says about itself, and chooses the audio track that becomes the MP3.
 *
 * @param wanted the option `track`.
 * @throws `ConversionFailure` for a file that can never become an MP3.
 */
export async function probe(tools: ProbeTools, wanted?: number | string): Promise<Probe> {
  const found = await findTracks(tools);
  const { track, warnings } = await chooseCheckedTrack(tools, found.tracks, { ...found, wanted }).catch(
    async (error: unknown) => {
      // The packets of the track may be in the part that is missing.
      throw error instanceof ConversionFailure && mayLackPackets(error, found.tracks)
        ? await explainByCut(tools.folder, error)
        : error;
    },
  );
  requireRealFormat(track);
  const described = describeFound(found, track);
  return { ...described, audio: audioTrack(found, track, described.filmStartSeconds), warnings };
}

/** Whether a failure may mean no more than that the packets of all sound are missing, or all but a piece of the first one. */
function mayLackPackets({ code }: ConversionFailure, tracks: readonly SourceTrack[]): boolean {
  const sounds = tracks.filter(({ type }) => type === 'audio');
  if (code === 'unsupported_codec') return sounds.every(hasDecoder);
  return code === 'no_audio' && sounds.length > 0;
}

/** The name of a decoder begins with that of its codec, as in `mp3float`, with a few exceptions. */
const hasDecoder = ({ codec }: SourceTrack): boolean => AUDIO_DECODERS.some((name) => name.startsWith(codec));

/** Returns the track together with what the file says about its length and its clock. */
export const audioTrack = (
  { format }: FoundTracks,
  track: SourceTrack,
  filmStartSeconds: number,
): AudioTrack => ({
  ...track,
  ...statedLength(track, format, filmStartSeconds),
  hasTimestamps: format.format_name !== 'avi',
});

/** Describes a file. @param chosen the track that becomes the MP3, where there is one */
export function describeFound(
  { format, tracks, hasPictures, inputArguments, description }: FoundTracks,
  chosen?: SourceTrack,
): Omit<Probe, 'audio' | 'warnings'> {
  const filmStartSeconds = filmStartOf(tracks);
  return {
    formatName: format.format_name,
    durationSeconds: fileLength(format, filmStartSeconds) ?? null,
    filmStartSeconds,
    tracks: tracks.slice(0, MAX_TRACKS).map((each) => ({
      ...publicTrack(each),
      duration_seconds: trackLength(each, format, filmStartSeconds) ?? null,
      selected: each === chosen,
    })),
    hasPictures,
    inputArguments,
    description,
  };
}

/** Chooses a track, and checks it where the file alone does not show that it is there and can be decoded. */
async function chooseCheckedTrack(
  tools: ProbeTools,
  tracks: SourceTrack[],
  {
    inputArguments,
    checked: first,
    wanted,
  }: Pick<FoundTracks, 'inputArguments' | 'checked'> & { wanted: number | string | undefined },
): Promise<ChosenTrack> {
  const isOnlyOne = tracks.filter(({ type }) => type === 'audio').length === 1;
  const checked = new Set<SourceTrack>();
  for (;;) {
    const chosen = chooseTrack(tracks, wanted);
    const { track } = chosen;
    const isChecked = checked.has(track) || (isOnlyOne && isCertain(track));
    if (isChecked || checked.size === MAX_CHECKS) return chosen;
    const { startSeconds, sampleRate, channelLayout, isDecodable, hasPackets } =
      first?.index === track.index ? first : await checkTrack(tools, track.index, inputArguments);
    // ffprobe invents a start for a track of which it has seen no packet: that of the file.
    if (!track.hasPackets) track.startSeconds = startSeconds ?? track.startSeconds;
    track.startSeconds ??= startSeconds;
    Object.assign(track, { isDecodable, hasPackets });
    // Where the format changes, ffmpeg describes a film by the last packet that it has seen.
    track.sampleRate = sampleRate ?? track.sampleRate;
    if (track.channels === undefined && channelLayout !== undefined) {
      track.channelLayout = channelLayout;
      track.channels = channelsOf(channelLayout);
    }
    checked.add(track);
  }
}

/** Codecs whose tracks may state no layout. For any other, a missing layout means that nothing has been decoded yet. */
const WITHOUT_LAYOUT = /^(pcm|adpcm|wma)/;

/** Whether ffprobe has seen packets of the track and opened its decoder. */
const isCertain = ({ isDecodable, hasPackets, channelLayout, codec }: SourceTrack): boolean =>
  Boolean(isDecodable && hasPackets && (channelLayout !== undefined || WITHOUT_LAYOUT.test(codec)));

const publicTrack = (track: SourceTrack) => ({
  index: track.index,
  type: track.type,
  position: track.position,
  codec: track.codec,
  language: track.language,
  title: track.title,
  channels: track.channels ?? null,
});
