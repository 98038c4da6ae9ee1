import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { describe, it } from 'node:test';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { type Account, client } from '../support/client.ts';
import { media, picture } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

const FILMS = 20;

for (const system of systemsUnderTest()) {
  describe(`users who share the converters, over ${system.name}`, () => {
    const api = client(system.gatewayUrl);

    async function upload(account: Account, path: string, number: number): Promise<string> {
      // Other options make another job of the same film.
      const response = await api.send(`/upload?filename=${number}.mp4&title=${number}`, {
        method: 'POST',
        headers: {
          ...api.bearer(account),
          'content-type': 'video/mp4',
          'idempotency-key': randomUUID(),
        },
        body: await openAsBlob(path),
      });
      assert.equal(response.status, 202, await response.clone().text());
      return ((await response.json()) as { id: string }).id;
    }

    it('do not wait for each other: one film is done before most of the twenty films that came before it', async () => {
      const sound = ['-f', 'lavfi', '-i', 'anoisesrc=d=5:a=0.1', '-shortest'];
      const film = await media('five-seconds.mp4', ...picture(5), ...sound);
      const [many, one] = [await api.newAccount(), await api.newAccount()];
      const numbers = Array.from({ length: FILMS }, (_, number) => number);
      const ids: string[] = [];
      for (const number of numbers) ids.push(await upload(many, film, number));
      const last = await upload(one, film, FILMS);
      assert.equal((await api.finished(one, last)).status, 'done');
      const jobs = await Promise.all(ids.map((id) => api.job(many, id)));
      const isDone = ({ status }: JobView) => status === 'done';
      const before = jobs.filter(isDone).length;
      assert.ok(before < FILMS / 2, `${before} of ${FILMS} films were done before it`);
      for (const id of ids) assert.equal((await api.finished(many, id)).status, 'done');
    });
  });
}
