import { context, type Message, type Plugin } from 'esbuild';
import { BUILDS, destination, filesOf, type OwnOptions, optionsOf, type Result } from './build.ts';
import { fixedFiles } from './fixed-files.ts';
import { slimZod } from './slim-zod.ts';
import { writeSite } from './write-site.ts';

/** With each save there is a build, and pages that are open load again by themselves. */
const KEEP_MS = 60_000;
/** Several documents are built from the same files, and each of these builds finds an error in one of them. */
const SAME_ERROR_MS = 1_000;

export interface WatchPageOptions {
  /** Gets one line about each error, and one when the page could be built again. */
  report: (line: string) => void;
  /** Where the files are written. Default: where the gateway looks for them. */
  folder?: string;
  /** More plugins of esbuild. */
  plugins?: readonly Plugin[];
  signal: AbortSignal;
}

/**
 * Builds the web page, and builds it again whenever a file of it is saved, until the signal aborts. A page that has an error is
 * not written, so that the gateway goes on with the one before. Resolves after the first build, whether or not it had errors.
 */
export async function watchPage({
  report,
  folder = destination,
  plugins = [],
  signal,
}: WatchPageOptions): Promise<void> {
  const tell = withoutRepetition(report);
  // The icons are drawn once. Drawing takes longer than a build.
  const fixed = await fixedFiles();
  /** The newest result of each build that had no error. */
  const latest = new Map<OwnOptions, Result>();
  const failing = new Set<OwnOptions>();

  function onEnd(own: OwnOptions, result: Result): void {
    for (const error of result.errors) tell(describe(error));
    if (result.errors.length > 0) {
      failing.add(own);
      return;
    }
    const isMended = failing.delete(own) && failing.size === 0;
    latest.set(own, result);
    if (latest.size < BUILDS.length || failing.size > 0) return;
    writeSite(filesOf([...latest.values()], fixed), { folder, keepMs: KEEP_MS });
    if (isMended) report('The page is built again.');
  }

  await Promise.all(
    BUILDS.map(async (own) => {
      const first = Promise.withResolvers<void>();
      const watching = await context({
        ...optionsOf(own, true),
        plugins: [
          slimZod,
          ...plugins,
          {
            name: 'write-site',
            setup(build) {
              build.onEnd((result) => {
                onEnd(own, result as Result);
                first.resolve();
              });
            },
          },
        ],
      });
      signal.addEventListener('abort', () => void watching.dispose(), { once: true });
      await watching.watch();
      await first.promise;
    }),
  );
}

const describe = ({ text, location }: Message): string =>
  location === null
    ? `The page was not built: ${text}`
    : `The page was not built: ${location.file}:${location.line}:${location.column + 1} ${text}`;

/** Reports a line once where several builds report it at the same time. */
function withoutRepetition(report: (line: string) => void): (line: string) => void {
  const reported = new Map<string, number>();
  return (line) => {
    const now = performance.now();
    if (now - (reported.get(line) ?? Number.NEGATIVE_INFINITY) < SAME_ERROR_MS) return;
    reported.set(line, now);
    report(line);
  };
}
