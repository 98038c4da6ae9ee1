import { accessSync, constants, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Where the system keeps programs and libraries, and how the dynamic linker finds them. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const LINKER_FILES = [
  ...['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/ld.so.preload'],
  // Debian chooses between libraries by links in this folder. musl reads the other ones.
  ...['/etc/alternatives', '/etc/ld-musl-x86_64.path', '/etc/ld-musl-aarch64.path'],
];
/** Package managers whose programs need libraries of other packages in the same folder. None of them holds anything private. */
const PACKAGE_FOLDERS = ['/nix/store', '/gnu/store', '/home/linuxbrew/.linuxbrew'];

export interface ReadablePaths {
  /** Real files and folders, none of which lies in another one. */
  paths: readonly string[];
  /** Links in the root folder, such as `/lib` to `usr/lib`. */
  links: readonly { path: string; target: string }[];
}

/** Returns the real path of a program: `command` itself, or where PATH has it. Throws where there is none. */
export function findProgram(command: string): string {
  const folders = command.includes('/') ? [''] : (process.env.PATH ?? '').split(path.delimiter);
  for (const folder of folders) {
    const file = path.resolve(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return realpathSync(file);
    } catch {
      // It may be in the next folder.
    }
  }
  throw new Error(`${command} is not an executable file`);
}

/** Returns what a box has to show so that these programs can start. `more` are other files and folders that they need. */
export function readablePaths(programs: readonly string[], more: readonly string[]): ReadablePaths {
  const links = SYSTEM_FOLDERS.flatMap((folder) => {
    const target = linkTarget(folder);
    return target === undefined ? [] : [{ path: folder, target }];
  });
  const packages = PACKAGE_FOLDERS.filter((folder) => programs.some((program) => isIn(folder, program)));
  const wanted = [...SYSTEM_FOLDERS, ...LINKER_FILES, ...packages, ...programs, ...more].flatMap(realPath);
  const paths = [...new Set(wanted)].filter(
    (candidate, _, all) => !all.some((other) => other !== candidate && isIn(other, candidate)),
  );
  return { paths, links };
}

const isIn = (folder: string, file: string): boolean =>
  file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

function realPath(file: string): string[] {
  try {
    return [realpathSync(file)];
  } catch {
    return [];
  }
}

function linkTarget(folder: string): string | undefined {
  try {
    return lstatSync(folder).isSymbolicLink() ? readlinkSync(folder) : undefined;
  } catch {
    return undefined;
  }
}
