import { createSHA256 } from 'hash-wasm';

/** A SHA-256 whose state can be saved and loaded. Node's own cannot. */
export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** The state, in base64. The hash can be updated further. */
  save(): string;
  /** The hash of all bytes, in lower-case hexadecimal. It ends this object. */
  digest(): string;
}

/** Goes on from a saved state, or begins where that is empty. Throws where it is not a state that `save` has returned. */
export async function openHash(saved: string): Promise<RunningHash> {
  const hash = await createSHA256();
  if (saved === '') hash.init();
  else hash.load(Buffer.from(saved, 'base64'));
  return {
    update: (bytes) => void hash.update(bytes),
    save: () => Buffer.from(hash.save()).toString('base64'),
    digest: () => hash.digest('hex'),
  };
}
