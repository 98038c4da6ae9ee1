import { ConversionFailure } from '../../failure.ts';
import { runTool, type ToolResult } from '../run-tool.ts';
import { INPUT, untrustedInput } from '../untrusted-input.ts';
import { type FileReport, parseReport, SHOWN } from './report.ts';

const TIMEOUT_SECONDS = 60;

export interface ProbeTools {
  ffmpeg: string;
  ffprobe: string;
  /** The private folder of the attempt. It holds `INPUT`. */
  folder: string;
  signal: AbortSignal;
}

export interface Inspection {
  report: FileReport;
  /** Indexes of the streams for whose codec ffmpeg has no decoder. */
  unsupported: ReadonlySet<number>;
}

/**
 * Lets ffprobe describe {@link INPUT}. Throws {@link ConversionFailure} for a file that ffmpeg cannot open.
 *
 * @param options arguments for the demuxer.
 */
export async function inspect(tools: ProbeTools, options: readonly string[]): Promise<Inspection> {
  const { ffprobe, folder, signal } = tools;
  const unsupported = new Set<number>();
  const shape = ['-v', 'warning', '-of', 'json', '-show_entries', SHOWN];
  const result = await runTool(ffprobe, [...shape, ...untrustedInput, ...options, '-i', INPUT], {
    folder,
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    onLine: (line) => {
      const [, index] = /^Unsupported codec with id \d+ for input stream (\d+)$/.exec(line) ?? [];
      if (index !== undefined) unsupported.add(Number(index));
    },
  });
  requireOpened(result);
  return { report: parseReport(result.output), unsupported };
}

function requireOpened({ code, killedBy, stderr }: ToolResult): void {
  const cause = new Error(`ffprobe: ${code ?? killedBy}: ${stderr}`);
  // The file, our own limits or the kernel killed ffprobe. It counts as an attempt, since the file is the likely cause.
  if (killedBy) throw cause;
  if (/moov atom not found/.test(stderr)) {
    throw new ConversionFailure('truncated', 'the end of the file, which holds its index, is missing', cause);
  }
  if (code !== 0) throw new ConversionFailure('not_media', 'this is not a video or audio file', cause);
}
