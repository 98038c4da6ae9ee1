import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { jobWarning } from '../jobs/warnings.ts';
import { AppError } from '../runtime/errors.ts';
import { emailAddress } from './email-address.ts';
import type { EventSecrets } from './event-secret.ts';
import { openMessage } from './signed-message.ts';

export const TOPICS = { video: 'video', mp3: 'mp3' } as const;
export type Topic = keyof typeof TOPICS;

/**
 * The paths to which a sidecar delivers the events of each topic. The
 * subscriptions in `components/pubsub/` have to name the same paths.
 */
export const DELIVERY_PATHS = { video: '/events/video', mp3: '/events/mp3' } as const;

// The titles, descriptions and examples below are part of the contract, which is served as GET /asyncapi.json.
const jobId = z.uuid().meta({ description: 'The job' });
const traceId = z
  .string()
  .meta({ description: 'Trace id of the upload, for logs: 32 hexadecimal digits (W3C Trace Context)' });

/** A video was accepted and has to be converted. */
export const videoEvent = z.object({ job_id: jobId, trace_id: traceId }).meta({
  title: 'Video accepted',
  description:
    'A video was accepted and has to be converted. The event is only a hint: the job in the state store is the truth.',
  examples: [
    { job_id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', trace_id: '0af7651916cd43dd8448eb211c80319c' },
  ],
});
export type VideoEvent = z.infer<typeof videoEvent>;

/** A job has ended, and its owner has to be notified. The event contains everything that its subscriber needs. */
export const mp3Event = z
  .object({
    job_id: jobId,
    trace_id: traceId,
    run: z.number().int().min(1).meta({
      description:
        'Each run of a job has one outcome, and its owner is notified of it once. A retry by a person begins the next run. The first run is 1.',
    }),
    status: z.enum(['done', 'failed']).meta({ description: 'The outcome' }),
    email: emailAddress.meta({ description: 'Mail address of the owner, who is notified of the outcome' }),
    filename: z
      .string()
      .meta({ description: 'Name of the uploaded file, as the user gave it. It is untrusted text.' }),
    mp3: z
      .object({
        size: z.number().int().min(0).meta({ description: 'bytes' }),
        duration_seconds: z.number().min(0),
        download_url: z
          .url()
          .regex(/^https?:\/\/[!-~]+$/)
          .meta({
            format: 'uri',
            description:
              'Signed for this job alone. It works without a login until `expires_at`. Anybody who has the link can get the MP3, so keep it out of logs.',
          }),
      })
      .nullable()
      .meta({ description: 'The MP3 of a job that is `done`, or null' }),
    warnings: z.array(jobWarning).default([]).meta({
      description:
        'How the MP3 of a job that is `done` differs from what its owner may expect. `truncated` and `damaged` mean that sound is missing: say so first. An event of an older release has none.',
    }),
    error: z
      .object({
        code: z.string().meta({ description: 'A stable code, for programs' }),
        detail: z.string().meta({ description: 'A sentence for people' }),
      })
      .nullable()
      .meta({ description: 'Why the job is `failed`, or null' }),
    expires_at: z.iso.datetime().meta({
      description: 'When job, MP3 and link expire (UTC). Nobody is notified of an outcome after that.',
    }),
  })
  .meta({
    title: 'Job ended',
    description:
      'A job has ended, and its owner has to be notified, once for each `run`. The event contains everything that a subscriber needs. ' +
      'There is no such event for a job whose owner had no address when the upload began: a guest of the web page. Its stored `email` is empty. ' +
      'A later version may add properties.',
    examples: [
      {
        job_id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        run: 1,
        status: 'done',
        email: 'ann@example.com',
        filename: 'Ferien.mp4',
        mp3: {
          size: 7_869_623,
          duration_seconds: 600.024,
          download_url:
            'https://mp3.example.com/download/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10?expires=4922827445&signature=aZ09_-',
        },
        warnings: [],
        error: null,
        expires_at: '2126-01-02T03:04:05.000Z',
      },
      {
        job_id: '7d2e4f60-51c3-4b8a-9f0e-3a1b5c7d9e2f',
        trace_id: '80f198ee56343ba864fe8b2a57d3eff7',
        run: 1,
        status: 'done',
        email: 'ann@example.com',
        filename: 'lecture.mkv',
        mp3: {
          size: 33_048_576,
          duration_seconds: 2520,
          download_url:
            'https://mp3.example.com/download/7d2e4f60-51c3-4b8a-9f0e-3a1b5c7d9e2f?expires=4922827445&signature=bY18-_',
        },
        warnings: [
          {
            code: 'truncated',
            detail: 'Only 42 of 90 minutes could be converted: the end of the file is missing.',
            seconds: 2520,
            of_seconds: 5400,
          },
          { code: 'downmixed', detail: 'The sound has 6 channels, which were mixed to 2.' },
        ],
        error: null,
        expires_at: '2126-01-02T03:04:05.000Z',
      },
      {
        job_id: '0c6b7d8e-2f10-4b6a-8a4e-1f2d3c4b5a69',
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        run: 2,
        status: 'failed',
        email: 'ann@example.com',
        filename: 'mute.mov',
        mp3: null,
        warnings: [],
        error: { code: 'no_audio', detail: 'there is no sound in it' },
        expires_at: '2126-01-02T03:04:05.000Z',
      },
    ],
  });
export type Mp3Event = z.infer<typeof mp3Event>;

/** The only field of a CloudEvent that a subscriber needs. The sidecar sets the others. */
const envelope = z.object({ data: z.unknown() });

/** What a subscriber has to know to read the events of its topic. */
export interface EventSource<Schema extends z.ZodType> {
  topic: Topic;
  schema: Schema;
  /** The secrets with which the system signs its events. */
  secrets: EventSecrets;
}

/**
 * Reads the signed message in a CloudEvent that a sidecar delivers. Only its signature shows that the system has published it: a
 * sidecar delivers for everybody who reaches the broker or the sidecar's internal port.
 * @throws AppError `forbidden` for an event that the system did not sign, `bad_request` for one that cannot be read
 * @see https://cloudevents.io
 */
export async function readEvent<Schema extends z.ZodType>(
  request: IncomingMessage,
  { topic, schema, secrets }: EventSource<Schema>,
): Promise<z.output<Schema>> {
  const body = await json(request).catch((cause: unknown) => {
    throw new AppError('bad_request', 'the event is not JSON', { cause });
  });
  return openMessage(topic, schema, envelope.safeParse(body).data?.data, secrets);
}

/** The body of a subscriber's response to a delivery. Its status is 2xx. */
export const deliveryAnswer = z
  .object({
    status: z
      .enum(['SUCCESS', 'RETRY', 'DROP'])
      .meta({ description: 'After `RETRY`, the event is delivered again. After the others, it is not.' }),
  })
  .meta({ title: 'Answer to a delivery', examples: [{ status: 'SUCCESS' }] });
export type DeliveryAnswer = z.infer<typeof deliveryAnswer>;
