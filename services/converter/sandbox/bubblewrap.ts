import type { ReadablePaths } from './readable-paths.ts';

/** Names of the job's folder and of the launcher in the box, so that a tool learns nothing of our folders. */
export const BOX_FOLDER = '/job';
const BOX_LAUNCHER = '/confine';
const DEVICES = ['/dev/null', '/dev/urandom'];

export interface BubblewrapOptions {
  /** Path of bwrap. */
  bwrap: string;
  /** Path of the launcher. */
  launcher: string;
  readable: ReadablePaths;
}

/**
 * Returns a function whose result is the command that starts the launcher in namespaces of its own: there is no process, no
 * network and no file but those that are listed. Everything in the box is killed when this process or `bwrap` ends.
 * The box stays in the process group of `bwrap`, so that it can be killed as a whole. It needs no session of its own, which would
 * keep it from writing to a terminal, because it has none.
 */
export function bubblewrap({ bwrap, launcher, readable }: BubblewrapOptions) {
  const fixed = [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts'],
    ...['--unshare-cgroup-try', '--die-with-parent', '--cap-drop', 'ALL'],
    ...readable.paths.flatMap((path) => ['--ro-bind', path, path]),
    ...readable.links.flatMap(({ path, target }) => ['--symlink', target, path]),
    ...DEVICES.flatMap((path) => ['--dev-bind', path, path]),
    ...['--ro-bind', launcher, BOX_LAUNCHER],
  ];
  return (folder: string, writes: readonly string[]): [string, ...string[]] => [
    ...([bwrap, ...fixed] as const),
    ...['--ro-bind', folder, BOX_FOLDER, '--chdir', BOX_FOLDER],
    ...writes.flatMap((name) => ['--bind', `${folder}/${name}`, `${BOX_FOLDER}/${name}`]),
    // The root of the box is a file system in memory, which could be filled.
    ...['--remount-ro', '/', '--', BOX_LAUNCHER],
  ];
}
