import { chooseSound, type FilmTrack } from '../choose-sound.ts';
import type { Planner, WantedSound } from '../planner.ts';
import { agreesWithFrames, isFramed } from '../sound-frames.ts';
import type { ElementaryStream } from './elementary-stream.ts';
import { findPacketLayout } from './packet-layout.ts';
import { scanFilm } from './scan.ts';

/** MPEG-TS (.ts, .m2ts, .mts): the start of the film, the packets of one sound, and the end of the film. */
export const planMpegTs: Planner = async ({ file, bytes }, wanted) => {
  const layout = await findPacketLayout(bytes);
  if (!layout) return undefined;
  let track: SoundTrack | undefined;
  let audioTracks = 0;
  const found = await scanFilm(bytes, layout, (streams) => {
    audioTracks = streams.flatMap(codecsOf).length;
    track = chooseTrack(streams, wanted);
    return track?.stream;
  });
  const chosen = found?.streams.find(({ stream }) => stream === track?.stream);
  if (!found || !track || !chosen || chosen.count < 2) return undefined;
  return isCertain(track.stream, chosen.sample.bytes)
    ? { file: found.segments.toFile(file), track: track.position, audioTracks }
    : undefined;
};

interface SoundTrack extends FilmTrack {
  stream: ElementaryStream;
}

/** An empty track is found only later. A film whose best track is empty is sent whole. */
function chooseTrack(streams: readonly ElementaryStream[], wanted: WantedSound): SoundTrack | undefined {
  const tracks = streams.flatMap(codecsOf).map(({ stream, codec }, index) => ({
    ...{ stream, position: index + 1, codec, language: stream.language },
    ...{ isSecondary: stream.isSecondary, isDefault: false, isDisabled: false },
    ...{ isEncrypted: false, isEmpty: false },
  }));
  const chosen = chooseSound('mpeg-ts', tracks, wanted);
  const hasOthers = tracks.length > 1 && typeof wanted.track !== 'number';
  // The server would take another track where it cannot decode this one.
  return chosen?.codec !== undefined && hasOthers && !isFramed(chosen.codec) ? undefined : chosen;
}

/** ffmpeg makes two tracks of TrueHD: the second one is AC-3, for old players, and has the same PID. */
function codecsOf(stream: ElementaryStream): { stream: ElementaryStream; codec: string | undefined }[] {
  if (stream.kind !== 'audio') return [];
  const own = { stream, codec: stream.codec };
  return stream.codec === 'truehd' ? [own, { stream, codec: undefined }] : [own];
}

/** ffmpeg goes by the frames too, whatever the program map says. */
const isCertain = ({ codec }: ElementaryStream, sample: Uint8Array): boolean =>
  !isFramed(codec) || agreesWithFrames(codec, sample);
