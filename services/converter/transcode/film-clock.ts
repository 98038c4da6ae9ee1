import type { EncodeRequest } from '../ffmpeg/encode-request.ts';
import type { Timeline } from '../ffmpeg/timeline.ts';
import type { Timeline as ChapterTimeline } from '../tags/map-chapters.ts';
import type { MadeSound } from './make-sound.ts';

/** Returns how the clock of the film became the clock of the MP3. */
export function timelineOf(
  { filmStartSeconds, audio, options }: EncodeRequest,
  { encoded, copied }: MadeSound,
): Timeline {
  const { decoded, seconds } = encoded;
  const [rate = 1] = decoded.rates;
  const jumps = decoded.placed.jumps.map(({ at, by }) => ({ atSeconds: at / rate, seconds: by / rate }));
  // Late sound begins with silence where it is encoded, but not where its frames are copied.
  const late = Math.max(0, (audio.startSeconds ?? filmStartSeconds) - filmStartSeconds);
  const startSeconds = copied ? late : (options.start ?? 0);
  return { filmStartSeconds, jumps, startSeconds, lengthSeconds: seconds };
}

/** Returns the same timeline with the jumps on the clock of the file, which is the clock of its chapters. */
export function onFileClock(timeline: Timeline): ChapterTimeline {
  const { filmStartSeconds, startSeconds, lengthSeconds } = timeline;
  let closed = filmStartSeconds;
  const jumps = timeline.jumps.map(({ atSeconds, seconds }) => {
    const jump = { atSeconds: closed + atSeconds, seconds };
    closed += seconds;
    return jump;
  });
  return { startSeconds: filmStartSeconds, jumps, cut: { startSeconds }, lengthSeconds };
}
