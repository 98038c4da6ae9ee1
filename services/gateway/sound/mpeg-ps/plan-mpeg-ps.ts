import { chooseSound, type FilmTrack } from '../choose-sound.ts';
import type { Planner } from '../planner.ts';
import { agreesWithFrames, isFramed } from '../sound-frames.ts';
import { MAX_HEADER_BYTES, readElement } from './elements.ts';
import type { FilmStream } from './film-stream.ts';
import { scanFilm } from './scan.ts';

/** MPEG-PS (.mpg, .vob): the start of the film, the packets of one sound, and the end of the film. */
export const planMpegPs: Planner = async ({ file, bytes }, wanted) => {
  if (!isPack(await bytes.read(0, MAX_HEADER_BYTES))) return undefined;
  let chosen: SoundTrack | undefined;
  let audioTracks = 0;
  const segments = await scanFilm(bytes, (streams) => {
    const tracks = streams.filter(({ kind }) => kind === 'audio').map(trackOf);
    audioTracks = tracks.length;
    const best = chooseSound('mpeg-ps', tracks, wanted);
    const isOnlyChoice = tracks.length === 1 || typeof wanted.track === 'number';
    if (best && isCertain(best, isOnlyChoice)) chosen = best;
    return chosen?.stream;
  });
  return segments && chosen && { file: segments.toFile(file), track: chosen.position, audioTracks };
};

const isPack = (head: Uint8Array): boolean => head[3] === 0xba && readElement(head, 0) !== undefined;

interface SoundTrack extends FilmTrack {
  stream: FilmStream;
}

/** Nothing tells the language of a track. Its place is that of its first packet. */
const trackOf = (stream: FilmStream, index: number): SoundTrack => ({
  ...{ stream, position: index + 1, codec: stream.codec, language: null },
  ...{ isDefault: false, isDisabled: false, isSecondary: false, isEncrypted: false, isEmpty: false },
});

/** The server would take another track where it cannot decode this one. */
const isCertain = ({ codec, stream }: SoundTrack, isOnlyChoice: boolean): boolean =>
  isFramed(codec) ? agreesWithFrames(codec, stream.sample.bytes) : isOnlyChoice || codec === 'pcm_dvd';
