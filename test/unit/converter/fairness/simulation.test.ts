import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTurns, type WaitingJob } from '../../../../services/converter/fairness/turns.ts';
import { randomNumbers } from '../../../support/random.ts';

interface Film extends WaitingJob {
  arrivesAt: number;
  /** Seconds that its conversion really takes. */
  takes: number;
  beginsAt: number;
}

/** Runs the films on converters, each of which has turns of its own, and chooses among all films that wait. */
function simulate(films: Film[], { converters, slots }: { converters: number; slots: number }): void {
  let time = 0;
  const places = Array.from({ length: converters }, () => createTurns(() => time * 1000)).flatMap((turns) =>
    Array.from({ length: slots }, () => ({ turns, end: undefined as (() => void) | undefined, freeAt: 0 })),
  );
  const coming = films.toSorted((a, b) => a.arrivesAt - b.arrivesAt);
  const waiting = new Set<Film>();
  while (coming.length > 0 || waiting.size > 0) {
    const running = places.filter(({ end }) => end).map(({ freeAt }) => freeAt);
    time = Math.min(...running, coming[0]?.arrivesAt ?? Number.POSITIVE_INFINITY);
    while (coming[0] && coming[0].arrivesAt <= time) waiting.add(coming.shift() as Film);
    for (const place of places) {
      if (place.end && place.freeAt <= time) {
        place.end();
        place.end = undefined;
      }
      if (place.end) continue;
      const film = place.turns.first([...waiting]);
      if (!film) continue;
      waiting.delete(film);
      film.beginsAt = time;
      place.end = place.turns.begin(film);
      place.freeAt = time + film.takes;
    }
  }
}

let films = 0;
const film = (owner: string, arrivesAt: number, takes: number, seconds = takes): Film => {
  films += 1;
  const queuedAt = new Date(arrivesAt * 1000).toISOString();
  return { id: `${films}`, owner, account: owner, queuedAt, seconds, arrivesAt, takes, beginsAt: -1 };
};
const waitOf = ({ beginsAt, arrivesAt }: Film): number => beginsAt - arrivesAt;
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

const SETTINGS = [
  { converters: 1, slots: 1 },
  { converters: 1, slots: 2 },
  { converters: 2, slots: 2 },
  { converters: 4, slots: 2 },
];

for (const setting of SETTINGS) {
  const name = `${setting.converters} × ${setting.slots} slots`;
  const places = setting.converters * setting.slots;

  describe(`users who share ${name}`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      it(`wait for no more than one conversion of each user who was there (seed ${seed})`, () => {
        const random = randomNumbers(seed);
        const longest = 30;
        const takes = () => 0.3 + random(longest * 10 - 3) / 10;
        // The estimates are wrong by up to ten times, in both directions.
        const guess = (seconds: number) => Math.max(0.2, seconds * 10 ** (random(200) / 100 - 1));
        const heavy = Array.from({ length: 3 }, (_, user) =>
          Array.from({ length: 100 }, () => {
            const seconds = takes();
            return film(`heavy-${user}`, random(20), seconds, guess(seconds));
          }),
        ).flat();
        const end = sum(heavy.map(({ takes }) => takes)) / places;
        const light = Array.from({ length: 10 }, (_, user) =>
          film(`light-${user}`, (end * user) / 12, takes()),
        );
        simulate([...heavy, ...light], setting);
        for (const each of light) {
          // Every slot is taken. Then the three heavy users and the other light ones may each be before it once on each converter.
          const bound = longest * (1 + 3 / setting.slots + 1);
          assert.ok(waitOf(each) <= bound, `${each.owner} waited ${waitOf(each)} s, of at most ${bound} s`);
        }
      });

      it(`get equal parts while both want more (seed ${seed})`, () => {
        const random = randomNumbers(seed);
        const long = Array.from({ length: 60 }, () => film('long', 0, 20 + random(20)));
        const short = Array.from({ length: 1_200 }, () => film('short', 0, 1 + random(2), 0.2));
        simulate([...long, ...short], setting);
        const until = Math.min(
          ...[long, short].map((each) => Math.max(...each.map(({ beginsAt }) => beginsAt))),
        );
        const workOf = (each: Film[]) =>
          sum(each.map(({ beginsAt, takes }) => Math.max(0, Math.min(takes, until - beginsAt))));
        const [one, other] = [workOf(long), workOf(short)];
        const bound = places * 2 * 40;
        assert.ok(
          Math.abs(one - other) <= bound,
          `${one} s and ${other} s of work, apart by at most ${bound} s`,
        );
      });
    }

    it('use all slots for one user while nobody else waits', () => {
      const all = Array.from({ length: 100 }, () => film('only', 0, 3, 0.2));
      simulate(all, setting);
      const end = Math.max(...all.map(({ beginsAt, takes }) => beginsAt + takes));
      assert.equal(end, Math.ceil(all.length / places) * 3);
    });
  });
}

it('a film of two hours keeps no other user waiting where there are two slots', () => {
  const feature = film('a', 0, 144, 5);
  const short = Array.from({ length: 20 }, (_, count) => film(`b-${count % 2}`, 1 + count, 2));
  simulate([feature, ...short], { converters: 1, slots: 2 });
  for (const each of short) assert.ok(waitOf(each) <= 20, `${each.owner} waited ${waitOf(each)} s`);
});

describe('a user who had a film of hours, among users who come for the first time, one after another', () => {
  for (let seed = 1; seed <= 5; seed++) {
    it(`waits for ten minutes and one conversion of each who is there, at most (seed ${seed})`, () => {
      const random = randomNumbers(seed);
      const feature = film('regular', 0, 3_600 + random(36_000));
      const end = feature.takes;
      const next = film('regular', end - 60, 2);
      const longest = 60;
      // Together they bring more work than the slot can do.
      const strangers = Array.from({ length: 300 }, (_, count) =>
        film(`stranger-${count}`, end - 50 + 20 * count, 1 + random(longest)),
      );
      simulate([feature, next, ...strangers], { converters: 1, slots: 1 });
      const wait = next.beginsAt - end;
      assert.ok(wait <= 600 + 2 * longest, `waited ${wait} s`);
    });
  }
});
