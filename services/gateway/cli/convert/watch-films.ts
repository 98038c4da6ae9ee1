import path from 'node:path';
import type { Clock } from '../../client/http/clock.ts';
import { describeSkipped } from '../files/find-films.ts';
import { watchFolder } from '../files/watch-folder.ts';
import { printable } from '../terminal/text.ts';
import type { Conversion } from './command-line.ts';
import { type PlannedFilm, type PlanPorts, planFound } from './plan-films.ts';

type Command = Pick<Conversion, 'output' | 'options' | 'url' | 'force' | 'recursive'> & { folder: string };

export interface WatchFilmsPorts extends PlanPorts {
  clock: Clock;
  signal: AbortSignal;
  /** Paths of films that are being converted. One that has changed meanwhile is yielded when that has ended. */
  busy: Set<string>;
  /** Paths of films that are to be tried once more. */
  again: Set<string>;
}

/** Yields the films of a folder as they appear, except for those that are converted already. Never ends by itself. */
export async function* watchFilms(command: Command, ports: WatchFilmsPorts): AsyncGenerator<PlannedFilm> {
  const { cwd, reporter, clock, signal } = ports;
  const folder = path.resolve(cwd, command.folder);
  const isRecursive = command.recursive;
  const films = watchFolder(folder, isRecursive, {
    ...{ clock, signal },
    isBusy: (film) => ports.busy.has(film.path),
    isWantedAgain: (film) => ports.again.delete(film.path),
    onFirst({ skipped }) {
      const leftOut = describeSkipped(skipped);
      for (const fault of skipped.faults) reporter.warning(fault);
      if (leftOut) reporter.info(leftOut);
      reporter.info(`Watching ${printable(path.relative(cwd, folder) || '.')}; Ctrl-C ends this.`);
    },
  });
  /** Which film becomes which MP3: `a.mp4` may come again after it has changed, but `a.mkv` may not become the same MP3. */
  const sources = new Map<string, string>();
  for await (const film of films) {
    const taken = new Set(
      [...sources].filter(([, source]) => source !== film.path).map(([target]) => target),
    );
    const planned = await planFound(film, folder, command, { ...ports, taken });
    if (typeof planned === 'string') continue;
    if (planned.target.kind === 'file') sources.set(planned.target.path, film.path);
    ports.busy.add(film.path);
    yield planned;
  }
}
