import type { Context } from 'koa';
import { z } from 'zod';
import { AppError } from '../../shared/runtime/errors.ts';

/** What proves that it is the owner who changes the account. Auth decides whether it is enough. */
export const proof = z.object({ password: z.string().optional() });

/** Returns the proof in the JSON body of a request. Throws `bad_request`. */
export function readProof(context: Context): z.output<typeof proof> {
  const { data } = proof.safeParse(context.request.body ?? {});
  if (!data) throw new AppError('bad_request', '`password` is a text');
  return data;
}
