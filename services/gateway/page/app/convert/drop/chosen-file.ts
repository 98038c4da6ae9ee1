import type { KeptHandle } from '../storage/handles.ts';

/** A file that somebody has dropped, pasted or chosen. */
export interface ChosenFile {
  file: File;
  /** With which the browser opens the file again after the page was loaded anew. Only some browsers have one. */
  handle?: KeptHandle | undefined;
}
