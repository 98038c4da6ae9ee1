import { finished, type Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/server';
import type { Checksum } from './checksum.ts';
import { finishUpload } from './finish-upload.ts';
import { EXTENSIONS } from './headers.ts';
import { recoverUpload } from './recover-upload.ts';
import { removeUpload } from './remove-upload.ts';
import type { RequestBody } from './request-body.ts';
import { isWhole, type UploadRecord } from './upload-record.ts';
import { limitsOfUpload, type ResumablePorts } from './uploads.ts';
import { writeUpload } from './write-upload.ts';

/** What the data store has to know of its request, because @tus/server passes it nothing but ids and bytes. */
export interface TusRequest {
  /** Returns the upload. Throws `not_found`, also for that of another user, and `expired`. */
  find(id: string): Promise<UploadRecord>;
  create(id: string): Promise<UploadRecord>;
  body: RequestBody | undefined;
  checksum: Checksum | undefined;
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
    const found = await this.#request.find(id);
    this.record = await this.#finishIfWhole(await recoverUpload(found, this.#ports));
    const { size, checkpoint } = this.record;
    return new Upload({ id, offset: checkpoint.offset, ...(size !== null && { size }) });
  }

  /** The stream has no bytes (request-body.ts). It ends when @tus/server wants this request to end. */
  override async write(stream: Readable): Promise<number> {
    const letGo = new AbortController();
    finished(stream.resume(), () => letGo.abort());
    const { body } = this.#request;
    if (!body) throw new Error('@tus/server writes a request that has no body');
    try {
      return await this.#write(body, letGo.signal);
    } finally {
      body.close();
    }
  }

  async #write({ read, wasCut }: RequestBody, signal: AbortSignal): Promise<number> {
    const before = this.#current();
    const { status, size, checkpoint } = before;
    if (status !== 'open') return checkpoint.offset;
    const maxBytes = (size ?? limitsOfUpload(before, this.#ports).maxUploadBytes) - checkpoint.offset;
    const bytes = read({ maxBytes, signal });
    const { checksum } = this.#request;
    const after = await writeUpload(before, { bytes, checksum, wasCut }, this.#ports);
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
