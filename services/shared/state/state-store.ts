export interface Entry {
  /** Printable ASCII that does not start with `$`: some stores interpret anything else. */
  value: string;
  etag: string;
}

export interface PutOptions {
  /** The key expires after this many seconds. A put without it clears the expiry that an earlier put has set. */
  ttlSeconds?: number;
  /** `create` writes only when the key does not exist, and an ETag only when it is still the stored one. */
  when?: 'create' | { etag: string };
  signal?: AbortSignal | undefined;
}

export interface PutBytesOptions extends Omit<PutOptions, 'when'> {
  /**
   * Is called once `bytes` are encoded, and then their memory may be used again, even while they are being sent. It is called once
   * at most. Where it is not called, the memory may be used again when `putBytes` has settled.
   */
  onEncoded?: (() => void) | undefined;
}

/** A key-value store with compare-and-set and expiry. It asks no more of a Dapr state component than the services need. */
export interface StateStore {
  get(key: string, signal?: AbortSignal): Promise<Entry | undefined>;
  /** The result does not contain keys that do not exist. */
  getMany(keys: readonly string[], signal?: AbortSignal): Promise<Map<string, Entry>>;
  /** Returns false when the condition `when` did not hold. Throws `unavailable` when the outcome is not known. */
  put(key: string, value: string, options?: PutOptions): Promise<boolean>;
  /**
   * Reads what `putBytes` has stored, and nothing else can read it. For bulk data: there is no compare-and-set, and no string on
   * the way. May return bytes in the memory of `target`. Throws `internal` where the value is damaged.
   */
  getBytes(key: string, signal?: AbortSignal, target?: Buffer): Promise<Buffer | undefined>;
  putBytes(key: string, bytes: Buffer, options?: PutBytesOptions): Promise<void>;
  /** Deleting a key that does not exist is no error. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
}

/** JSON text in printable ASCII, safe as a {@link Entry.value}. */
export function encodeDocument(document: object): string {
  return JSON.stringify(document).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
