import { setTimeout as sleep } from 'node:timers/promises';
import { waitAtMost } from '../../support/wait.ts';
import { type Action, isAccepted, isFinalState } from '../../verdict/evidence.ts';
import { idOf, type UploadRecord } from '../history.ts';
import { isRetryable } from './reply.ts';
import type { User } from './user.ts';

const ACTION_MS = 120_000;
const FINAL_MS = 180_000;

/** Does with a job what the plan of its upload says: cancels, retries or deletes it. */
export async function carryOutWish(record: UploadRecord, user: User, signal: AbortSignal): Promise<void> {
  const { wish, wishMs } = record.plan;
  if (wish === 'retry' || wish === 'delete when final') await waitUntilFinal(record, signal);
  if (wish !== 'nothing') await sleep(wishMs, undefined, { signal });
  if (wish === 'cancel') await act(record, user, 'cancel');
  else if (wish === 'cancel, retry') {
    if (await act(record, user, 'cancel')) await act(record, user, 'retry');
  } else if (wish === 'retry') await act(record, user, 'retry');
  else if (wish !== 'nothing') await act(record, user, 'delete');
  record.isActingOver = true;
}

/** Returns whether the action was accepted. */
async function act(record: UploadRecord, user: User, name: Action['name']): Promise<boolean> {
  const path = `/jobs/${idOf(record)}`;
  record.isActing = true;
  const reply =
    name === 'delete'
      ? await user.ask('DELETE', path, ACTION_MS)
      : await user.ask('POST', `${path}/${name}`, ACTION_MS);
  // A 409 may be about an earlier attempt of ours that took effect although its response was lost.
  const isInDoubt = reply.isInDoubt && reply.status === 409;
  const answer = isRetryable(reply) ? 'none' : isInDoubt ? 'in doubt' : (reply.status as number);
  record.actions.push({ name, answer });
  // A final state that was seen before the action may change after it.
  record.seen.push(name);
  record.isActing = false;
  return isAccepted(answer);
}

const waitUntilFinal = ({ seen }: UploadRecord, signal: AbortSignal): Promise<unknown> =>
  waitAtMost(() => isFinalState(seen.at(-1)), { timeoutMs: FINAL_MS, pauseMs: 750, signal });
