import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Sent, sendFilms } from '../../load/send-films.ts';
import type { User } from '../../load/user.ts';
import { stoppedClock } from '../../support/clock.ts';

/** A system that takes every film, and has converted one when its user looks at it for the third time. */
function slowSystem() {
  const looks = new Map<string, number>();
  let most = 0;
  const isOpen = (id: string): boolean => (looks.get(id) ?? 0) < 3;
  const answer = (status: number, body: object) => ({ status, bytes: Buffer.from(JSON.stringify(body)) });
  const user: User = {
    email: 'ann@example.com',
    logIn: async () => {},
    async upload(filename) {
      looks.set(filename, 0);
      most = Math.max(most, [...looks.keys()].filter(isOpen).length);
      return answer(202, { id: filename });
    },
    async get(path) {
      const id = path.replace('/jobs/', '');
      looks.set(id, (looks.get(id) ?? 0) + 1);
      return answer(200, { status: isOpen(id) ? 'converting' : 'done' });
    },
  };
  return { user, sent: () => looks.size, most: () => most };
}

describe('sendFilms(options)', () => {
  const footage = { film: (number: number) => Buffer.from(`film ${number}`), seconds: 1 };
  const load = { footage, name: 'load', run: 'run', pauseMs: 0 };

  it('sends no more films of a user than may be open', async (test) => {
    const clock = stoppedClock(test);
    const { user, most, sent } = slowSystem();
    const ledger: Sent[] = [];
    const enough = Promise.withResolvers<void>();
    const upload: User['upload'] = async (...film) => {
      if (sent() === 4) enough.resolve();
      return user.upload(...film);
    };
    const users = [{ ...user, upload }];
    await clock.until(sendFilms({ ...load, users, ledger, jobs: 5, openPerUser: 2, during: enough.promise }));
    assert.equal(most(), 2);
    assert.equal(ledger.length, 5);
  });

  it('sends what is left to be sent although jobs hang, when nothing else goes on', async () => {
    const { user } = slowSystem();
    const hanging = { ...user, get: async () => ({ status: 503, bytes: Buffer.from('{}') }) };
    const ledger: Sent[] = [];
    await sendFilms({
      ...load,
      users: [hanging],
      ledger,
      jobs: 5,
      openPerUser: 2,
      during: Promise.resolve(),
    });
    assert.deepEqual(
      ledger.map(({ answer }) => answer),
      ['202', '202', '202', '202', '202'],
    );
  });

  it('ends with the error of what goes on meanwhile', async () => {
    const { user } = slowSystem();
    const during = Promise.reject(new Error('the pod does not come back'));
    const sending = sendFilms({ ...load, users: [user], ledger: [], jobs: 1, during });
    await assert.rejects(sending, /the pod does not come back/);
  });
});
