import { Socket, type SocketConstructorOpts } from 'node:net';

const BUFFER_BYTES = 64 * 1024;

/**
 * Reads what a child process writes into a pipe, to its end. `take` gets each piece in memory that the next piece overwrites. Rejects
 * with what `take` throws.
 *
 * By default, Node allocates new memory for every piece, and collecting it takes longer than measuring the samples in it. The option
 * `onread` of a socket sets one buffer for all pieces, but Node creates the sockets of a child process without it. So a second socket
 * takes over the handle of the first. Where a version of Node has no such handle, the pipe is read in the default way.
 */
export async function readReusingMemory(pipe: Socket, take: (bytes: Uint8Array) => void): Promise<void> {
  const { _handle: handle } = pipe as { _handle?: unknown };
  if (!handle) {
    for await (const bytes of pipe) take(bytes as Buffer);
    return;
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const callback = (length: number, bytes: Uint8Array): boolean => {
    try {
      take(bytes.subarray(0, length));
      return true;
    } catch (error) {
      end(() => reject(error));
      return false;
    }
  };
  const onread = { buffer: new Uint8Array(BUFFER_BYTES), callback };
  const socket = new Socket({ handle, onread, writable: false } as SocketConstructorOpts);
  // The child is over when its own sockets are closed. So its socket closes the handle, before the second one does by itself.
  const end = (settle: () => void) => {
    pipe.destroy();
    settle();
  };
  socket
    .once('end', () => end(resolve))
    .once('error', (error) => end(() => reject(error)))
    .resume();
  await promise;
}
