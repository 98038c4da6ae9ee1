import { accessSync, constants, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Where the system keeps programs and libraries, and how the dynamic linker finds them. */
const LIBRARIES = ['lib', 'lib32', 'lib64', 'libx32'];
const ROOT_FOLDERS = LIBRARIES.map((name) => `/${name}`);
/** `/usr` as a whole would show the settings and data of other programs, in /usr/local for example. */
const SYSTEM_FOLDERS = [
  ...ROOT_FOLDERS,
  ...['/usr', '/usr/local'].flatMap((prefix) => LIBRARIES.map((name) => `${prefix}/${name}`)),
  '/usr/share',
];
/** A program in a folder `bin` below one of these may need the libraries beside that folder. */
const PREFIXES = ['/usr', '/opt'];
const LINKER_FILES = [
  ...['/etc/ld.so.cache', '/etc/ld.so.preload'],
  // Debian chooses between libraries by links in this folder. musl reads the other ones.
  ...['/etc/alternatives', '/etc/ld-musl-x86_64.path', '/etc/ld-musl-aarch64.path'],
];
/**
 * Package managers whose programs need libraries of other packages, and what they may read of them. Homebrew keeps data and
 * passwords of its servers in `var` and `etc`.
 */
const PACKAGE_FOLDERS: Record<string, string[]> = {
  '/nix/store': ['/nix/store'],
  '/gnu/store': ['/gnu/store'],
  '/home/linuxbrew/.linuxbrew': ['Cellar', 'opt', 'lib'].map((name) => `/home/linuxbrew/.linuxbrew/${name}`),
};

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
  const links = ROOT_FOLDERS.flatMap((folder) => {
    const target = linkTarget(folder);
    return target === undefined ? [] : [{ path: folder, target }];
  });
  const packages = Object.entries(PACKAGE_FOLDERS).flatMap(([folder, shown]) =>
    programs.some((program) => isIn(folder, program)) ? shown : [],
  );
  const beside = programs.flatMap(librariesBeside);
  const wanted = [...SYSTEM_FOLDERS, ...LINKER_FILES, ...packages, ...beside, ...programs, ...more].flatMap(
    realPath,
  );
  const paths = [...new Set(wanted)].filter(
    (candidate, _, all) => !all.some((other) => other !== candidate && isIn(other, candidate)),
  );
  return { paths, links };
}

function librariesBeside(program: string): string[] {
  const folder = path.dirname(program);
  if (path.basename(folder) !== 'bin' || !PREFIXES.some((prefix) => isIn(prefix, program))) return [];
  return LIBRARIES.map((name) => path.join(folder, '..', name));
}

/** Whether a path lies in a folder. Both are real paths. */
export const isIn = (folder: string, file: string): boolean =>
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
