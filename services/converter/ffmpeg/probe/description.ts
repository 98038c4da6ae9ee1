/** Lines that are kept. A film with 50 chapters has about 200, each of 255 bytes of text at most. */
const MAX_LINES = 1000;

const INFO = '[info] ';

/**
 * Keeps the lines with which ffmpeg and ffprobe describe the file, as av_dump_format() prints them, for those who look for its tags.
 * A line end within a tag begins a line without `[info]` that is indented.
 */
export function createDescription() {
  const lines: string[] = [];
  let hasEnded = false;
  return {
    /** Reads a line of the log with the name of its level. */
    read(line: string): void {
      if (hasEnded || (line.startsWith('[') && !line.startsWith(INFO))) return;
      const text = line.startsWith(INFO) ? line.slice(INFO.length) : line;
      if (line !== text && /^(Output #|Stream mapping:)/.test(text)) hasEnded = true;
      else if ((lines.length > 0 || text.startsWith('Input #0, ')) && lines.length <= MAX_LINES)
        lines.push(text);
    },
    /**
     * The lines without the names of their levels. Undefined where there are too many, or where the tool may have ended in the middle.
     *
     * @param isOver whether the tool is known to have described the whole file. ffmpeg shows it by what it prints next.
     */
    lines: (isOver = hasEnded): readonly string[] | undefined =>
      isOver && lines.length > 0 && lines.length <= MAX_LINES ? lines : undefined,
  };
}
