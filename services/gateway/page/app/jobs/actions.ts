import type { JobView } from '../../../../shared/jobs/job-view.ts';
import type { ErrorCode } from '../../../../shared/runtime/errors.ts';
import { isProblem, ProblemError } from '../../../client/http/errors.ts';
import { client } from '../api.ts';
import { showError, showToast } from '../shell/toasts.tsx';
import type { TextKey } from '../text/catalog.ts';
import { t } from '../text/language.ts';
import {
  beginDeletion,
  commitAllDeletions,
  commitDeletion,
  type SendDeletion,
  undoDeletion,
} from './deletion.ts';
import { focusRow } from './list-focus.ts';
import { putJob, removeJob } from './store.ts';

export const cancelJob = (id: string): Promise<boolean> =>
  change(id, () => client.cancel(id), { state_conflict: 'jobs.conflict.cancel' });

/** @param options query parameters of the gateway; without them, the job keeps its options */
export const retryJob = (id: string, options?: Record<string, string>): Promise<boolean> =>
  change(id, () => client.retry(id, options === undefined ? {} : { options }), {
    state_conflict: 'jobs.conflict.retry',
    invalid_option: 'jobs.conflict.options',
  });

export const renameJob = (id: string, filename: string): Promise<boolean> =>
  change(id, () => client.rename(id, filename), { state_conflict: 'jobs.conflict.rename' });

/**
 * Runs a command, and shows what it has made of the job, or its error.
 * @param texts the messages of this action for error codes, where the general message would not fit
 * @returns whether it has succeeded
 */
async function change(
  id: string,
  command: () => Promise<JobView>,
  texts: Partial<Record<ErrorCode, TextKey>>,
): Promise<boolean> {
  try {
    putJob(await command());
    return true;
  } catch (error) {
    if (isProblem(error, 'not_found')) removeJob(id);
    // Another tab, or the converter, was faster.
    if (isProblem(error, 'state_conflict')) await reload(id);
    const text = error instanceof ProblemError ? texts[error.code] : undefined;
    if (text === undefined) showError(error);
    else showToast({ text: t(text), kind: 'bad' });
    return false;
  }
}

const reload = (id: string): Promise<void> => client.job(id).then(putJob, () => undefined);

/**
 * Follows a link to a file of a job. A link is followed without the client, which would renew the session where its token has
 * expired, so the client asks for something first.
 */
export async function download(path: string, check: () => Promise<unknown>): Promise<void> {
  try {
    await check();
  } catch (error) {
    showError(error);
    return;
  }
  follow(path);
}

function follow(path: string): void {
  const link = document.createElement('a');
  link.href = path;
  link.download = '';
  link.click();
}

export const downloadMp3 = (id: string): Promise<void> =>
  download(`/download/${id}`, async () => {
    try {
      putJob(await client.job(id));
    } catch (error) {
      if (isProblem(error, 'not_found')) removeJob(id);
      throw error;
    }
  });

/** Ids that fit into the URL of a request, of which Node reads 16 KiB with all headers. */
const MAX_IDS = 300;

const showBad = (key: TextKey): void => void showToast({ text: t(key, { count: MAX_IDS }), kind: 'bad' });

/**
 * Asks the gateway first, because a browser shows a refused download as a failure without a reason.
 * @param ids of the MP3s; without any, all that there are
 */
export async function downloadArchive(ids: readonly string[]): Promise<void> {
  if (ids.length > MAX_IDS) {
    showBad('jobs.archive_limit');
    return;
  }
  try {
    // This request renews the session where its token has expired. The error of the other has no code for that.
    await client.jobs({ limit: 1 });
    follow(await client.archive(ids));
  } catch (error) {
    if (isProblem(error, 'too_many_files')) showBad('jobs.archive_limit');
    else if (isProblem(error, 'not_found')) showBad('jobs.gone');
    else showError(error);
  }
}

const sendDeletion: SendDeletion = async (id, isLast) => {
  try {
    await client.delete(id, { keepalive: isLast });
  } catch (error) {
    if (!isProblem(error, 'not_found')) throw error;
  }
  removeJob(id);
};

/** Removes jobs from the list. They are deleted once nobody can undo it any more. */
export function deleteJobs(deleted: readonly JobView[]): void {
  const ids = deleted.map(({ id }) => id);
  const [first] = deleted;
  if (first === undefined) return;
  beginDeletion(ids);
  showToast({
    text:
      deleted.length === 1
        ? t('jobs.deleted_one', { name: first.filename })
        : t('jobs.deleted', { count: deleted.length }),
    kind: 'plain',
    action: { label: t('jobs.undo'), run: () => undo(ids) },
    onGone: () => void commitDeletion(ids, { send: sendDeletion }).catch(showError),
  });
}

function undo(ids: readonly string[]): void {
  undoDeletion(ids);
  // The rows are there after the next drawing.
  setTimeout(() => focusRow(ids[0]));
}

/** Deletes at once what would still wait for its message to go. */
export const deleteWaiting = (): void => {
  void commitAllDeletions(sendDeletion).catch(showError);
};
