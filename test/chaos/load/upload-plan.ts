import { randomNumbers } from '../../support/random.ts';
import { BAD, type FootageName, GOOD } from './media-library.ts';

export type Wish = 'nothing' | 'cancel' | 'cancel, retry' | 'delete' | 'delete when final' | 'retry';

/** One upload as its user means it to be. */
export interface UploadPlan {
  number: number;
  user: number;
  footage: FootageName;
  /** `done`, or the error code of a job that must fail. */
  expects: string;
  /** Bytes that only this upload has. */
  padding: number;
  query: Record<string, string>;
  form: boolean;
  /** How long the sending takes, at least. */
  sendMs: number;
  /** Share of the bytes after which the client goes away. */
  hangsUpAt: number | undefined;
  /** Nothing can be stored: tried once, it must be answered 503 and leave no job. */
  refused?: true;
  wish: Wish;
  /** When the wish comes, counted from the 202. */
  wishMs: number;
}

const OPTIONS = [{}, {}, { quality: '5' }, { bitrate: '128' }];
const KIB = 1024;

/** The n-th upload, from the seed alone. */
export function planUpload(seed: number, number: number, users: number): UploadPlan {
  const random = randomNumbers(seed * 1_000_003 + number);
  const chance = (percent: number) => random(100) < percent;
  const hangsUp = chance(6);
  const bad = !hangsUp && chance(10);
  const [footage, { expects }] = pick(Object.entries(bad ? BAD : GOOD), random);
  const wishes: Wish[] = bad
    ? ['retry', 'nothing', 'nothing']
    : ['cancel', 'cancel, retry', 'delete', 'delete when final'];
  const wish = bad || chance(20) ? pick(wishes, random) : 'nothing';
  const slow = hangsUp || chance(25);
  return {
    number,
    user: random(users),
    footage: footage as FootageName,
    expects,
    padding: chance(8) ? 5000 * KIB + random(10_000 * KIB) : 64 + random(64 * KIB),
    query: pick(OPTIONS, random),
    form: chance(25),
    sendMs: slow ? 2_000 + random(6_000) : 0,
    hangsUpAt: hangsUp ? 0.1 + random(80) / 100 : undefined,
    wish: hangsUp ? 'nothing' : wish,
    wishMs: random(3_000),
  };
}

/** The same upload as an easy one: a good file, sent at once, and nothing asked of its job. */
export const plain = (plan: UploadPlan): UploadPlan => ({
  ...plan,
  ...{ footage: 'film.mp4', expects: 'done', sendMs: 0, hangsUpAt: undefined, wish: 'nothing' },
});

export function pick<T>(items: readonly T[], random: (below: number) => number): T {
  return items[random(items.length)] as T;
}
