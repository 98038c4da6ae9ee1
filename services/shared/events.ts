import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from './errors.ts';

export const TOPICS = { video: 'video', mp3: 'mp3' } as const;

/** A video was accepted: somebody convert it. */
export const videoEvent = z.object({
  job_id: z.uuid(),
  trace_id: z.string(),
});
export type VideoEvent = z.infer<typeof videoEvent>;

/** A job reached its end: somebody tell the owner. Complete in itself, so a subscriber needs no other source. */
export const mp3Event = z.object({
  job_id: z.uuid(),
  trace_id: z.string(),
  /** Each run of a job has one outcome, told once; a retry by a person begins the next. From 1. */
  run: z.number().int().min(1),
  status: z.enum(['done', 'failed']),
  /** The owner's address. */
  email: z.email(),
  /** Name of the uploaded file, as the user gave it: untrusted text. */
  filename: z.string(),
  mp3: z
    .object({
      size: z.number().int().describe('bytes'),
      duration_seconds: z.number(),
      /** Signed for this job alone; works without a login until `expires_at`. */
      download_url: z.url(),
    })
    .nullable(),
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  expires_at: z.iso.datetime(),
});
export type Mp3Event = z.infer<typeof mp3Event>;

const envelope = z.object({ data: z.unknown() });

/** Reads the data of a CloudEvent, as a sidecar delivers it, against its schema. @see https://cloudevents.io */
export async function readEvent<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  try {
    return schema.parse(envelope.parse(await json(request)).data);
  } catch (cause) {
    throw new AppError('bad_request', 'the event is not of its schema', { cause });
  }
}
