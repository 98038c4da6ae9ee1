import type { BlobStore } from '../shared/blobs/blob-store.ts';
import type { Sidecar } from '../shared/dapr/sidecar.ts';
import type { JobStore } from '../shared/jobs/job-store.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Spool } from '../shared/runtime/spool.ts';
import type { StateStore } from '../shared/state/state-store.ts';
import type { limitsOf, timesOf } from './config.ts';
import type { SignedLinks } from './downloads/signed-link.ts';
import { countActive } from './job-index/count-active.ts';
import type { JobIndex } from './job-index/job-index.ts';
import { createJobCommands } from './jobs/commands.ts';
import { createDeleteBlobs } from './jobs/delete-blobs.ts';
import { createPublishVideo } from './jobs/publish-video.ts';
import { createAdmission } from './limits/admission.ts';
import { type GroupLimits, longestRetention } from './limits/group-limits.ts';
import { addCounts } from './limits/quota.ts';
import { createDeduplicate } from './uploads/deduplicate.ts';
import { createSoundWriter } from './uploads/sound-only/sound-writer.ts';
import { createStoreVideo } from './uploads/sound-only/store-video.ts';
import { createStoreUpload } from './uploads/store-upload.ts';
import { createResumable } from './uploads/tus/create-resumable.ts';
import { createLeaseLocker } from './uploads/tus/lease-locker.ts';
import { countOpenUploads } from './uploads/tus/open-uploads.ts';
import { createDayUsage } from './usage/day-usage.ts';

export interface JobModulePorts {
  state: StateStore;
  jobs: JobStore;
  index: JobIndex;
  blobs: BlobStore;
  publish: Sidecar['publish'];
  links: SignedLinks;
  limits: ReturnType<typeof limitsOf>;
  groupLimits: GroupLimits;
  times: ReturnType<typeof timesOf>;
  uploadExpirySeconds: number;
  spool: Pick<Spool, 'use'>;
  spoolBytes: number;
  stoppingSignal: AbortSignal;
  log: Log;
}

/** How jobs come to be by uploads, what is done with them by command, and what bounds both. */
export function createJobModule(ports: JobModulePorts) {
  const { state, jobs, index, blobs, publish, links, limits, groupLimits, times, stoppingSignal, log } =
    ports;
  const { spool, spoolBytes } = ports;
  const stored = { jobs, index, blobs };
  const publisher = createPublishVideo(publish, log);
  const deletion = createDeleteBlobs(blobs, stoppingSignal, log);
  const { publishVideo } = publisher;
  const usage = createDayUsage({ state, ...stored, groupLimits, keepVideoMs: times.keepVideoMs });
  const uploadPorts = {
    ...{ ...stored, usage, links, publishVideo, groupLimits, log },
    deduplicate: createDeduplicate(state, jobs, longestRetention(groupLimits)),
    heartbeatMs: times.heartbeatMs,
  };
  const soundWriter = createSoundWriter();
  const storeVideo = createStoreVideo({ blobs, spool, spoolBytes, soundWriter, log });
  const resumable = createResumable({
    ...{ ...uploadPorts, state, uploadExpirySeconds: ports.uploadExpirySeconds },
    locker: createLeaseLocker(state, log),
    limit: limits.openUploads,
  });

  return {
    usage,
    resumable,
    storeUpload: createStoreUpload({ ...uploadPorts, storeVideo }),
    // An upload that is not finished counts as the job that it becomes.
    admission: createAdmission(limits, async () =>
      addCounts(await countActive(jobs, index), await countOpenUploads(resumable.openUploads)),
    ),
    commands: createJobCommands({
      ...{ ...stored, keepVideoMs: times.keepVideoMs, publishVideo },
      deleteBlobs: deletion.deleteBlobs,
    }),
    /** Resolves when the events that are being published have been, and what is being deleted is gone. */
    settled: () => Promise.all([publisher.settled(), deletion.settled(), soundWriter.close()]),
  };
}
