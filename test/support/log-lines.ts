/** A destination for the log of a test. It keeps the lines, as text and as objects. */
export function logLines() {
  const lines: string[] = [];
  return {
    write: (line: string) => void lines.push(line),
    text: () => lines.join(''),
    // biome-ignore lint/suspicious/noExplicitAny: the test knows what it expects
    objects: (): any[] => lines.map((line) => JSON.parse(line)),
  };
}
