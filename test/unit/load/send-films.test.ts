import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LoadUser, type SentFilm, sendFilms } from '../../load/send-films.ts';

/** A system that accepts every film, and has converted it when its user asks for the third time. */
function slowSystem() {
  const polls = new Map<string, number>();
  let mostOpen = 0;
  const isOpen = (id: string): boolean => (polls.get(id) ?? 0) < 3;
  const answer = (status: number, body: object) => ({ status, bytes: Buffer.from(JSON.stringify(body)) });
  const user: LoadUser = {
    email: 'ann@example.com',
    logIn: async () => {},
    async upload(filename) {
      polls.set(filename, 0);
      mostOpen = Math.max(mostOpen, [...polls.keys()].filter(isOpen).length);
      return answer(202, { id: filename });
    },
    async get(path) {
      const id = path.replace('/jobs/', '');
      polls.set(id, (polls.get(id) ?? 0) + 1);
      return answer(200, { status: isOpen(id) ? 'converting' : 'done' });
    },
  };
  return { user, sentCount: () => polls.size, mostOpen: () => mostOpen };
}

describe('sendFilms(options)', () => {
  const films = { film: (number: number) => Buffer.from(`film ${number}`), seconds: 1 };
  const load = { films, name: 'load', run: 'run', pauseMs: 0, pollMs: 0 };

  it('sends no film while its user has the allowed number of open jobs', async () => {
    const { user, mostOpen, sentCount } = slowSystem();
    const sent: SentFilm[] = [];
    const enough = Promise.withResolvers<void>();
    const upload: LoadUser['upload'] = async (...film) => {
      if (sentCount() === 4) enough.resolve();
      return user.upload(...film);
    };
    const users = [{ ...user, upload }];
    await sendFilms({ ...load, users, sent, jobs: 5, openPerUser: 2, during: enough.promise });
    assert.equal(mostOpen(), 2);
    assert.equal(sent.length, 5);
  });

  it('sends the missing films once the action is over, even if jobs hang', async () => {
    const { user } = slowSystem();
    const userOfHangingJobs = { ...user, get: async () => ({ status: 503, bytes: Buffer.from('{}') }) };
    const sent: SentFilm[] = [];
    await sendFilms({
      ...load,
      users: [userOfHangingJobs],
      sent,
      jobs: 5,
      openPerUser: 2,
      during: Promise.resolve(),
    });
    assert.deepEqual(
      sent.map(({ result }) => result),
      ['202', '202', '202', '202', '202'],
    );
  });

  it('ends with the error of the action', async () => {
    const { user } = slowSystem();
    const during = Promise.reject(new Error('the pod does not come back'));
    const sending = sendFilms({ ...load, users: [user], sent: [], jobs: 1, during });
    await assert.rejects(sending, /the pod does not come back/);
  });
});
