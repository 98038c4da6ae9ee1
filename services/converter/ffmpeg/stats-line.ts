/** Reads the seconds in a line of ffmpeg's `-stats`, such as `size= 512kB time=00:00:32.81 bitrate=…`. */
export function parseStatsTime(line: string): number | undefined {
  const [, hours, minutes, seconds] = /\btime=(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(line) ?? [];
  return seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
