import { randomUUID } from 'node:crypto';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { OriginalFile } from '../../shared/jobs/job-view.ts';
import { firstOf, isAppError } from '../../shared/runtime/errors.ts';
import type { User } from '../accounts/user.ts';
import type { SignedLinks } from '../downloads/signed-link.ts';
import type { GroupLimits } from '../limits/group-limits.ts';
import { type AcceptPorts, acceptStored } from './accept-stored.ts';
import { draftJob } from './draft-job.ts';
import { openMedia } from './open-media.ts';
import type { StoreVideo } from './sound-only/store-video.ts';
import { type IntentPorts, UploadIntent } from './upload-intent.ts';

export interface StoreUploadPorts extends IntentPorts, AcceptPorts {
  storeVideo: StoreVideo;
  links: SignedLinks;
  groupLimits: GroupLimits;
}

export interface Upload {
  /** Id of the job that the upload becomes. */
  id: string;
  user: User;
  traceId: string;
  filename: string;
  /** The film of which the file is the sound. */
  original: OriginalFile | null;
  /** Whether all of the file is to be kept, and not only the sound of a film. */
  isWhole: boolean;
  bytes: AsyncIterable<Uint8Array>;
  /** Called when the whole file is stored, since fields of a form may follow it. Throws `invalid_option`. */
  options(): ConversionOptions;
  /** Called with these options before the job is accepted. It throws when the job is not wanted any more. */
  confirm(options: ConversionOptions): Promise<void>;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

/**
 * Stores the video and then the job, which is accepted from then on, whatever the broker does. An upload that fails leaves
 * nothing behind. Returns the owner's earlier job when that has the same content, name and options.
 * Throws `empty_file`, `not_media`, `too_large`, `quota_exceeded`, `unavailable`, and what `bytes`, `options` and `confirm` throw.
 */
export type StoreUpload = (upload: Upload) => Promise<Job>;

export function createStoreUpload(ports: StoreUploadPorts): StoreUpload {
  const { storeVideo, links, groupLimits } = ports;

  return async (upload) => {
    const { bytes, isWhole, original, options, confirm, signal } = upload;
    // A file that is refused by its first bytes is refused before anything is written.
    const { maxUploadBytes: maxBytes } = groupLimits[upload.user.group];
    using media = await openMedia(bytes, { maxBytes, signal });
    const draft = draftJob({ ...upload, videoBlobId: randomUUID() }, { links, groupLimits });
    const intent = await UploadIntent.begin(draft, ports);
    try {
      const video = { ...media, id: draft.videoBlobId, isWhole: isWhole || original !== null, options };
      const { size, sha256, kept } = await storeVideo(video, {
        expires: new Date(draft.expires_at),
        signal: AbortSignal.any([signal, intent.lostSignal]),
      });
      return await acceptStored(
        {
          ...{ draft, owner: upload.user, size, sha256, kept, confirm, options: options() },
          accept: (accepted) => intent.accept(accepted),
          withdraw: () => intent.withdraw(),
        },
        ports,
      );
    } catch (error) {
      const withdrawn = intent.withdraw(error);
      // While the store is unavailable, waiting for it would only delay the response.
      if (!isAppError(firstOf(error), 'unavailable')) await withdrawn;
      throw error;
    }
  };
}
