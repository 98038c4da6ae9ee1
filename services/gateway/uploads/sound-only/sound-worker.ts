import { parentPort } from 'node:worker_threads';
import { type SoundOptions, writeSound } from './write-sound.ts';

export interface SoundRequest {
  /** Path of the film. */
  film: string;
  /** Path of the file to write. */
  output: string;
  options: SoundOptions;
}

/** Whether the sound was written. An error says why the film could not be read. */
export type SoundReply = { isWritten: boolean } | { error: unknown };

/** A thread that answers one request after the other. The structures of a film are a stranger's, and may take long to read. */
parentPort?.on('message', async ({ film, output, options }: SoundRequest) => {
  const reply: SoundReply = await writeSound(film, output, options).then(
    (isWritten) => ({ isWritten }),
    (error: unknown) => ({ error }),
  );
  parentPort?.postMessage(reply);
});
