import type { LocalFile } from '../../sound/local-file.ts';

/** A file that can be sent, with what the gateway has to know of it. */
export interface Film {
  file: LocalFile;
  name: string;
  /** A media type. Informative only: the gateway recognizes the format from the bytes. */
  type: string;
  /**
   * Tells this state of the file from any other, so that a later run can resume: such as its path, its size and the time of its
   * last change.
   */
  identity: string;
  /** The file itself where the platform has it as a Blob, which it can send without reading it into memory. */
  blob?: Blob;
}

/** A file that somebody has chosen on a page. */
export const filmOf = (file: File): Film => ({
  file: {
    size: file.size,
    async read(start, end) {
      return new Uint8Array(await file.slice(start, end).arrayBuffer());
    },
  },
  name: file.name,
  type: file.type || 'application/octet-stream',
  identity: JSON.stringify([file.name, file.size, file.lastModified]),
  blob: file,
});
