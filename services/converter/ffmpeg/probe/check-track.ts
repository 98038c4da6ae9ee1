import { runTool } from '../run-tool.ts';
import { INPUT } from '../untrusted-input.ts';
import { createFrameLog, FRAMES } from './frame-log.ts';
import type { ProbeTools } from './probe-tools.ts';

/** A track whose frames fail this often is given up. A film has hundreds of thousands of them. */
const MAX_ERRORS = 300;
/** Failed frames for each decoded one, above which the result is noise: a decoder accepts some frames of encrypted sound. */
const MAX_ERROR_RATIO = 4;
/** Long enough to read a large file once, where the track turns out to be empty. */
const TIMEOUT_SECONDS = 60;

export interface TrackCheck {
  isDecodable: boolean;
  hasPackets: boolean;
  /** Where the first decoded frame is, on the clock of the file. Undefined where nothing was decoded, like the rest. */
  startSeconds: number | undefined;
  /** Hz. */
  sampleRate: number | undefined;
  /** ffmpeg's name of the layout. */
  channelLayout: string | undefined;
}

const UNDECODABLE: TrackCheck = {
  isDecodable: false,
  hasPackets: true,
  startSeconds: undefined,
  sampleRate: undefined,
  channelLayout: undefined,
};

/**
 * Decodes the first frames of a track.
 *
 * @param index of the stream in the file.
 * @param inputArguments what ffmpeg needs before `-i INPUT`.
 */
export async function checkTrack(
  tools: ProbeTools,
  index: number,
  inputArguments: readonly string[],
): Promise<TrackCheck> {
  const { ffmpeg, folder, signal } = tools;
  const enough = new AbortController();
  const log = createCheckLog(index, () => enough.abort());
  try {
    const output = ['-map', `0:${index}`, '-frames:a', String(FRAMES), '-f', 'framecrc', 'pipe:1'];
    await runTool(
      ffmpeg,
      [
        '-nostdin',
        '-hide_banner',
        '-v',
        'level+verbose',
        '-copyts',
        ...inputArguments,
        '-i',
        INPUT,
        ...output,
      ],
      {
        folder,
        signal: AbortSignal.any([signal, enough.signal]),
        timeoutSeconds: TIMEOUT_SECONDS,
        onLine: log.read,
        onOutputLine: log.readOutput,
      },
    );
    const check = log.result();
    return check ?? { ...UNDECODABLE, hasPackets: await hasPackets(tools, index, inputArguments) };
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
    return UNDECODABLE;
  }
}

/** Reads ffmpeg's log at the level `verbose`. A file could forge it, to no other end than that it is not converted. */
function createCheckLog(index: number, onTooManyErrors: () => void) {
  const log = createFrameLog();
  let packets: number | undefined;
  let [frames, errors] = [0, 0];
  const summary = new RegExp(
    `^\\[verbose\\] +Input stream #0:${index} \\(audio\\): (\\d+) packets read .*?(\\d+) frames decoded`,
  );
  return {
    read(line: string): void {
      if (line.startsWith(`[error] Error while decoding stream #0:${index}: `)) errors += 1;
      if (errors > MAX_ERRORS) onTooManyErrors();
      log.read(line);
      const counts = summary.exec(line);
      if (counts) [packets, frames] = [Number(counts[1]), Number(counts[2])];
    },
    readOutput: log.readOutput,
    /** Undefined where ffmpeg ended without a count: it has no decoder, cannot open it, or has not found any frame. */
    result(): TrackCheck | undefined {
      if (packets === undefined) return undefined;
      const isDecodable = frames > 0 && errors < MAX_ERROR_RATIO * frames;
      return {
        // Of an empty track nothing more is known than that its decoder was opened.
        isDecodable: isDecodable || packets === 0,
        hasPackets: packets > 0,
        startSeconds: isDecodable ? log.found.startSeconds : undefined,
        sampleRate: isDecodable ? log.found.format?.sampleRate : undefined,
        channelLayout: isDecodable ? log.found.format?.channelLayout : undefined,
      };
    },
  };
}

/** Whether ffmpeg can read anything of the track, without decoding it. */
async function hasPackets(
  { ffmpeg, folder, signal }: ProbeTools,
  index: number,
  inputArguments: readonly string[],
): Promise<boolean> {
  // `-fs 1` ends the output after the first packet.
  const output = ['-map', `0:${index}`, '-c', 'copy', '-fs', '1', '-f', 'data', 'pipe:1'];
  const result = await runTool(
    ffmpeg,
    ['-nostdin', '-v', 'error', ...inputArguments, '-i', INPUT, ...output],
    { folder, signal, timeoutSeconds: TIMEOUT_SECONDS },
  );
  return result.output.length > 0;
}
