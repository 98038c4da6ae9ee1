import { parseArgs } from 'node:util';
import { FILE_PARTS, filesOf, PARTS, type Part, selectPath } from './select-files.ts';

export const usage = `npm test -- [part | path] … [--grep <pattern>] [--watch]

Installs what is missing and runs every part, or only the parts, folders and files that are named.

  check        the type check and the linter; npm run fix corrects what can be corrected
  unit         tests that start no process and open no port
  integration  tests that start ffmpeg, kustomize or other programs, or open a port; no whole system
  tilt         tilt/Tiltfile in a Starlark interpreter, which Go builds
  contract     the ports of the services over real servers
  e2e          the public API, end to end
  polyglot     the end-to-end tests with a notification service in Python
  hostile      the short form of npm run test:hostile: files that attack the converter, 2,000 of them with changed headers
  matrix       some cells of npm run test:matrix, which meet each choice of infrastructure once
  chaos        about a minute of npm run test:chaos, which kills everything
  bench        the quick form of npm run bench: some of its parts with small inputs, and no limits of time
  containers   the short form of npm run test:containers, where a Docker engine is available

  A path is a folder or a test file below test/: npm test -- test/unit/gateway/uploads
  Only contract, e2e, polyglot, matrix, chaos, bench and containers start systems (each with its RabbitMQ, MariaDB, sidecars and
  mail sink; one keeps blobs in sqlite, the other in MongoDB). A path in test/contract or test/e2e starts them as well.

  --grep   runs only the tests whose names match this regular expression; without a part or a path: unit tests
  --watch  runs the chosen unit tests (without a path: all) again after each saved file, until Ctrl-C

The tests can run beside npm start. The last line is: N passed, N failed, N skipped.
`;

export interface Selection {
  parts: ReadonlySet<Part>;
  /** Test files by part, relative to the repository. A part without test files of its own is missing here. */
  files: ReadonlyMap<Part, readonly string[]>;
  /** A regular expression for names of tests. */
  grep: string | undefined;
  watch: boolean;
}

/** Reads the command line. Returns undefined when help is wanted. Throws an error for the terminal when it is wrong. */
export function readCommandLine(
  args: readonly string[],
  folders: { repoRoot: string; cwd: string },
): Selection | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      grep: { type: 'string' },
      watch: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const { grep, watch } = values;
  const everything: readonly string[] = grep !== undefined || watch ? ['unit'] : PARTS;
  const { parts, files } = select(positionals.length > 0 ? positionals : everything, folders);
  if (watch && [...parts].some((part) => part !== 'unit'))
    throw new Error('--watch takes unit tests only: name folders or files in test/unit.');
  const other = [...parts].find((part) => !files.has(part));
  if (grep !== undefined && other !== undefined)
    throw new Error(`--grep cannot be used with ${other}, which has no named tests to choose from.`);
  return { parts, files, grep, watch };
}

function select(
  names: readonly string[],
  folders: { repoRoot: string; cwd: string },
): Pick<Selection, 'parts' | 'files'> {
  const parts = new Set<Part>();
  const files = new Map<Part, string[]>();
  for (const name of names) {
    const named = PARTS.find((part) => part === name);
    const chosen =
      named === undefined
        ? selectPath(name, folders)
        : { part: named, files: filesOf(named, folders.repoRoot) };
    parts.add(chosen.part);
    if (!(FILE_PARTS as readonly string[]).includes(chosen.part)) continue;
    files.set(chosen.part, [...new Set([...(files.get(chosen.part) ?? []), ...chosen.files])].toSorted());
  }
  return { parts, files };
}
