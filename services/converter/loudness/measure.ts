import { requireSuccess } from '../ffmpeg/encode.ts';
import { isFormatChange } from '../ffmpeg/encode-mixed-formats.ts';
import { runTool, type ToolOptions } from '../ffmpeg/run-tool.ts';
import { parseStatsTime } from '../ffmpeg/stats-line.ts';
import type { Tool } from '../sandbox/sandbox.ts';

/** The loudness of a sound, as EBU R128 measures it (ITU-R BS.1770). */
export interface Loudness {
  /** Integrated loudness in LUFS. Undefined for silence, and for less than 0.4 seconds of sound. */
  integrated: number | undefined;
  /** The true peak in dBTP. Undefined for digital silence. */
  truePeak: number | undefined;
}

export interface MeasureRequest
  extends Pick<ToolOptions, 'folder' | 'signal' | 'limits' | 'maxErrorBytes' | 'timeoutSeconds'> {
  ffmpeg: Tool;
  /** Everything up to and including the name of the input, and the choice of its track. */
  input: readonly string[];
  /** The filters through which the sound goes before it is measured. */
  filters?: readonly string[];
  /** Gets the seconds of sound that are measured so far. */
  onTime?: (seconds: number) => void;
}

/** ffmpeg measures silence as this many LUFS, the absolute gate of BS.1770. */
const GATE = -70;

/**
 * The source changes its format midway. ffmpeg would set the filters up again, and the last summary would be that of the last
 * part alone: `-reinit_filter 0` makes that an error.
 */
export class FormatChange extends Error {}

/** Lines of standard error that say nothing about a fault: the description of the file, the summary and the progress. */
const NO_ERROR = /^\s|ebur128|\btime=/;

/**
 * Decodes a sound and measures its loudness, to 0.1 LU and 0.1 dB. What cannot be decoded is left out, as it is when the sound is
 * encoded. Throws {@link FormatChange}, and what {@link requireSuccess} throws.
 */
export async function measureLoudness(request: MeasureRequest): Promise<Loudness> {
  const { ffmpeg, input, filters = [], onTime, ...tool } = request;
  const report = createReportReader();
  const onLine = (line: string): void => {
    report.read(line);
    const seconds = parseStatsTime(line);
    if (seconds !== undefined) onTime?.(seconds);
  };
  const meter = 'ebur128=peak=true:framelog=verbose';
  const result = await runTool(
    ffmpeg,
    [
      ...['-nostdin', '-hide_banner', '-stats', '-v', 'info', '-max_error_rate', '1', '-reinit_filter', '0'],
      ...input,
      ...['-af', [...filters, meter].join(','), '-f', 'null', '-'],
    ],
    {
      ...{ ...tool, onLine },
      keep: (line) => (NO_ERROR.test(line) ? undefined : line),
    },
  );
  if (isFormatChange(result)) throw new FormatChange(result.stderr);
  requireSuccess(result);
  return report.loudness();
}

/**
 * Reads the summary of the filter `ebur128`. A file can print lines that look like a summary, with its tags, but ffmpeg
 * prints the tags before it decodes, and the summary at its end. So the last value counts.
 */
export function createReportReader() {
  let integrated: string | undefined;
  let truePeak: string | undefined;
  return {
    read(line: string): void {
      integrated = /^\s*I:\s+(\S+) LUFS\s*$/.exec(line)?.[1] ?? integrated;
      truePeak = /^\s*Peak:\s+(\S+) dBFS\s*$/.exec(line)?.[1] ?? truePeak;
    },
    /** Throws when there was no summary. */
    loudness(): Loudness {
      if (integrated === undefined || truePeak === undefined)
        throw new Error('ffmpeg has measured no loudness');
      const lufs = Number(integrated);
      const peak = Number(truePeak);
      return {
        integrated: Number.isFinite(lufs) && lufs > GATE ? lufs : undefined,
        truePeak: Number.isFinite(peak) ? peak : undefined,
      };
    },
  };
}
