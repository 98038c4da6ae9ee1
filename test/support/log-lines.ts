/** Where a log writes to in a test: its lines, as text and as objects. */
export function logLines() {
  const lines: string[] = [];
  return {
    write: (line: string) => void lines.push(line),
    text: () => lines.join(''),
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
    objects: (): any[] => lines.map((line) => JSON.parse(line)),
  };
}
