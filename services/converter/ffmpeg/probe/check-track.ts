import { runTool } from '../run-tool.ts';
import { INPUT } from '../untrusted-input.ts';
import type { ProbeTools } from './run-ffprobe.ts';

/** Frames that are decoded. The first ones of a recording that begins midway may be damaged. */
const FRAMES = 8;
/** A track whose frames fail this often is given up. A film has hundreds of thousands of them. */
const MAX_ERRORS = 300;
/** Failed frames for each decoded one, above which the result is noise: a decoder accepts some frames of encrypted sound. */
const MAX_ERROR_RATIO = 4;
/** Long enough to read a large file once, where the track turns out to be empty. */
const TIMEOUT_SECONDS = 60;

export interface TrackCheck {
  isDecodable: boolean;
  hasPackets: boolean;
  /** Hz. Undefined where nothing was decoded. */
  sampleRate: number | undefined;
  /** ffmpeg's name of the layout. */
  channelLayout: string | undefined;
}

/**
 * Decodes the first frames of a track.
 *
 * @param index of the stream in the file.
 * @param inputArguments what ffmpeg needs before `-i INPUT`.
 */
export async function checkTrack(
  { ffmpeg, folder, signal }: ProbeTools,
  index: number,
  inputArguments: readonly string[],
): Promise<TrackCheck> {
  const enough = new AbortController();
  const log = createCheckLog(index, () => enough.abort());
  try {
    const output = ['-map', `0:${index}`, '-frames:a', String(FRAMES), '-f', 'null', '-'];
    const result = await runTool(
      ffmpeg,
      ['-nostdin', '-hide_banner', '-v', 'level+verbose', ...inputArguments, '-i', INPUT, ...output],
      {
        folder,
        signal: AbortSignal.any([signal, enough.signal]),
        timeoutSeconds: TIMEOUT_SECONDS,
        onLine: log.read,
      },
    );
    // Where ffmpeg has no decoder, or cannot open it, it does not get to read a packet.
    return log.result(result.code === 0 || result.killedBy !== null);
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
    return { isDecodable: false, hasPackets: true, sampleRate: undefined, channelLayout: undefined };
  }
}

/** Reads ffmpeg's log at the level `verbose`. A file could forge it, to no other end than that it is not converted. */
function createCheckLog(index: number, onTooManyErrors: () => void) {
  let [packets, frames, errors] = [0, 0, 0];
  let rate: number | undefined;
  let layout: string | undefined;
  const summary = new RegExp(
    `^\\[verbose\\] +Input stream #0:${index} \\(audio\\): (\\d+) packets read .*?(\\d+) frames decoded`,
  );
  return {
    read(line: string): void {
      if (line.startsWith(`[error] Error while decoding stream #0:${index}: `)) errors += 1;
      if (errors > MAX_ERRORS) onTooManyErrors();
      const graph = /^\[graph_\d+_in_\S+ @ \w+\] \[verbose\] tb:\S+ .*\bsamplerate:(\d+) chlayout:(.+)$/.exec(
        line,
      );
      if (graph) {
        rate = Number(graph[1]);
        layout = graph[2];
      }
      const counts = summary.exec(line);
      if (counts) [packets, frames] = [Number(counts[1]), Number(counts[2])];
    },
    result(isOpened: boolean): TrackCheck {
      const isDecodable = frames > 0 && errors < MAX_ERROR_RATIO * frames;
      return {
        // Of an empty track nothing more is known than that its decoder was opened.
        isDecodable: isDecodable || (isOpened && packets === 0),
        hasPackets: packets > 0 || !isOpened,
        sampleRate: isDecodable ? rate : undefined,
        channelLayout: isDecodable ? layout : undefined,
      };
    },
  };
}
