import { open, writeFile } from 'node:fs/promises';
import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import type { FormatName } from './formats.ts';
import type { Targets } from './witnesses/targets.ts';

/** Kinds of files: how the table of a run is divided. */
export const KINDS = ['text', 'embedded', 'reference', 'bomb', 'cut', 'mutation', 'splice'] as const;
export type Kind = (typeof KINDS)[number];

/** The bytes of a file, or the ends of one whose middle is a hole. */
export type Content = Uint8Array | SparseContent;

export interface SparseContent {
  head: Uint8Array;
  tail: Uint8Array;
  /** Bytes of the whole file. */
  size: number;
}

/** What files are made of. */
export interface Materials {
  /** What a file may try to reach. */
  targets: Targets;
  /** The bytes of a sound film of a format. They are the same in each run. */
  film(format: FormatName): Promise<Buffer>;
  /** Returns a path for a file that is deleted when the hostile file has been made. */
  scratch(): string;
  /** Runs ffmpeg with a new file as its last argument, and returns the bytes of that file. */
  ffmpeg(...args: string[]): Promise<Buffer>;
}

/** One file of the hostile corpus. */
export interface HostileFile {
  kind: Kind;
  /** What the file is. Unique within its kind. */
  name: string;
  make(materials: Materials): Promise<Content> | Content;
  options?: ConversionOptions;
  /** Whether `POST /probe` is tried as well. */
  isProbed: boolean;
}

/** The name by which `--only` finds a file. */
export const titleOf = ({ kind, name }: Pick<HostileFile, 'kind' | 'name'>): string => `${kind} ${name}`;

/** Writes a file. A hole takes no room on the disk. */
export async function writeContent(path: string, content: Content): Promise<void> {
  if (content instanceof Uint8Array) return writeFile(path, content);
  const { head, tail, size } = content;
  await using file = await open(path, 'wx', 0o600);
  await file.truncate(size);
  await file.write(head, 0, head.length, 0);
  await file.write(tail, 0, tail.length, size - tail.length);
}
