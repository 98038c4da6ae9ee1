export interface ScreenPorts {
  /** The name of a service and the port of its debugger. */
  inspectors: Iterable<readonly [name: string, port: number]>;
  /** Whether saved files restart their service. */
  watch: boolean;
  gatewayPort: number;
  /** Where mails can be read, or where they are sent. */
  mails: string;
  logs: string;
  /** Servers that go on when this program ends. */
  reused: readonly string[];
}

/** What the terminal shows when the system has started. The last line is the one that a newcomer needs. */
export function screen({ inspectors, watch, gatewayPort, mails, logs, reused }: ScreenPorts): string {
  const left = reused.length > 0 ? ` (except ${reused.join(', ')}, which npm run setup started)` : '';
  const rows: (readonly [string, string])[] = [
    ['Mails', mails],
    ...[...inspectors].map(([name, port]) => [`Debug ${name}`, `127.0.0.1:${port}`] as const),
    ...(watch ? [['Saved files', 'restart their service; the page loads itself again'] as const] : []),
    ['Convert a file', 'npm run convert -- movie.mp4'],
    ['Logs', logs],
  ];
  return `
  mp3converter runs.

${rows.map(([name, text]) => `  ${name.padEnd(18)}${text}\n`).join('')}
  Ctrl-C stops everything${left}.

  Open http://localhost:${gatewayPort} in a browser, and drop a film on the page.
`;
}
