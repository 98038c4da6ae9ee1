import type { Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/server';
import type { Checksum } from './checksum.ts';
import { finishUpload } from './finish-upload.ts';
import { EXTENSIONS } from './headers.ts';
import { removeUpload } from './remove-upload.ts';
import { isWhole, type UploadRecord } from './upload-record.ts';
import type { ResumablePorts } from './uploads.ts';
import { writeUpload } from './write-upload.ts';

/** What the data store has to know of its request, because @tus/server passes it nothing but ids and bytes. */
export interface TusRequest {
  /** Returns the upload. Throws `not_found`, also for that of another user, and `expired`. */
  find(id: string): Promise<UploadRecord>;
  create(id: string): Promise<UploadRecord>;
  checksum: Checksum | undefined;
  /** Whether the request has bytes beyond so many. */
  wasCut(received: number): boolean;
}

/** The uploads as @tus/server sees them in one request. It has the lock of the upload in every call. */
export class TusDataStore extends DataStore {
  override extensions = EXTENSIONS;
  readonly #request: TusRequest;
  readonly #ports: ResumablePorts;
  /** The upload as this request has left it. */
  record: UploadRecord | undefined;

  constructor(request: TusRequest, ports: ResumablePorts) {
    super();
    this.#request = request;
    this.#ports = ports;
  }

  override async create(upload: Upload): Promise<Upload> {
    this.record = await this.#request.create(upload.id);
    return upload;
  }

  /** A whole upload is finished first, so that an offset at the end of the file always means a saved job. */
  override async getUpload(id: string): Promise<Upload> {
    this.record = await this.#finishIfWhole(await this.#request.find(id));
    const { size, checkpoint } = this.record;
    return new Upload({ id, offset: checkpoint.offset, ...(size !== null && { size }) });
  }

  override async write(stream: Readable): Promise<number> {
    const before = this.#current();
    if (before.status !== 'open') return before.checkpoint.offset;
    const { checksum, wasCut } = this.#request;
    const after = await writeUpload(before, { bytes: stream, checksum, wasCut }, this.#ports);
    this.record = await this.#finishIfWhole(after);
    return this.record.checkpoint.offset;
  }

  override async declareUploadLength(id: string, size: number): Promise<void> {
    const { records, blobs, log } = this.#ports;
    this.record = await records.update(id, (current) =>
      current.status === 'open' && current.size === null ? { ...current, size } : undefined,
    );
    // A request with a wrong checksum may have stored far more than the file turns out to have.
    await blobs
      .deleteBehind(this.record.blob, this.record.size ?? size)
      .catch((error: unknown) =>
        log.warn({ err: error, upload_id: id }, 'bytes behind an upload could not be deleted; they expire'),
      );
  }

  override async remove(id: string): Promise<void> {
    await removeUpload(await this.#request.find(id), this.#ports);
  }

  #current(): UploadRecord {
    if (!this.record) throw new Error('@tus/server writes to an upload that it has not asked for');
    return this.record;
  }

  async #finishIfWhole(record: UploadRecord): Promise<UploadRecord> {
    return isWhole(record) ? finishUpload(record, this.#ports) : record;
  }
}
