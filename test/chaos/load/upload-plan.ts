import { randomNumbers } from '../../support/random.ts';
import { BAD_MEDIA, GOOD_MEDIA, type MediaName } from './media-library.ts';

/** What a user does with the job of an upload. */
export type Wish = 'nothing' | 'cancel' | 'cancel, retry' | 'delete' | 'delete when final' | 'retry';

/** One upload as its user intends it. */
export interface UploadPlan {
  number: number;
  user: number;
  media: MediaName;
  /** `done`, or the error code of a job that must fail. */
  expects: string;
  /** Number of random bytes that make the content unique. */
  padding: number;
  query: Record<string, string>;
  /** As the body of one request, as a form, or by the protocol tus, which resumes after a failure. */
  way: 'body' | 'form' | 'tus';
  /** The least time that sending takes, ms. */
  sendMs: number;
  /** Share of the bytes after which the client closes the connection. */
  hangsUpAt: number | undefined;
  /** The store is down. The upload is sent only once, and must be answered with 503 and leave no job. */
  refused?: true;
  wish: Wish;
  /** When the wish is carried out, in ms after the 202 or, for a wish about a final job, after the job is final. */
  wishMs: number;
}

const OPTIONS = [{}, {}, { quality: '5' }, { bitrate: '128' }];
const KIB = 1024;

/** Plans the upload with a given number, from the seed alone. */
export function planUpload(seed: number, number: number, users: number): UploadPlan {
  const random = randomNumbers(seed * 1_000_003 + number);
  const chance = (percent: number) => random(100) < percent;
  const hangsUp = chance(6);
  const bad = !hangsUp && chance(10);
  const [media, { expects }] = pick(Object.entries(bad ? BAD_MEDIA : GOOD_MEDIA), random);
  const wishes: Wish[] = bad
    ? ['retry', 'nothing', 'nothing']
    : ['cancel', 'cancel, retry', 'delete', 'delete when final'];
  const wish = bad || chance(20) ? pick(wishes, random) : 'nothing';
  const slow = hangsUp || chance(25);
  return {
    number,
    user: random(users),
    media: media as MediaName,
    expects,
    padding: chance(8) ? 5000 * KIB + random(10_000 * KIB) : 64 + random(64 * KIB),
    query: pick(OPTIONS, random),
    way: pick(['body', 'form', 'tus', 'tus'], random),
    sendMs: slow ? 2_000 + random(6_000) : 0,
    hangsUpAt: hangsUp ? 0.1 + random(80) / 100 : undefined,
    wish: hangsUp ? 'nothing' : wish,
    wishMs: random(3_000),
  };
}

/** The same upload with a good file that is sent at full speed, and without a wish. */
export const plainUpload = (plan: UploadPlan): UploadPlan => ({
  ...plan,
  ...{ media: 'film.mp4', expects: 'done', sendMs: 0, hangsUpAt: undefined, wish: 'nothing' },
});

function pick<T>(items: readonly T[], random: (below: number) => number): T {
  return items[random(items.length)] as T;
}
