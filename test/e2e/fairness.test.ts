import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { type Account, client } from '../support/client.ts';
import { media } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

/** A converter has a slot for each core. */
const SLOTS = availableParallelism();
/** How many of the films that wait may be done before one of somebody else: those that are begun before it, or beside it. */
const MOST_BEFORE = 2 * SLOTS + 2;
/** So many have to wait that more would be done before it, if they had their turns first. */
const LEAST_WAITING = MOST_BEFORE + SLOTS + 2;
const FILMS = LEAST_WAITING + 3 * SLOTS + 4;
const AT_A_TIME = 4;
/** Minutes of silence, which are quick to send and take seconds to encode at 320 kbps. */
const silence = () => media('silence.flac', '-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo:d=150');

for (const system of systemsUnderTest()) {
  describe(`users who share the converters, over ${system.name}`, () => {
    const api = client(system.gatewayUrl);

    async function upload(account: Account, path: string, number: number): Promise<string> {
      // Other options make another job of the same film.
      const response = await api.send(`/upload?filename=${number}.flac&title=${number}&bitrate=320`, {
        method: 'POST',
        headers: {
          ...api.bearer(account),
          'content-type': 'audio/flac',
          'idempotency-key': randomUUID(),
        },
        body: await openAsBlob(path),
      });
      assert.equal(response.status, 202, await response.clone().text());
      return ((await response.json()) as { id: string }).id;
    }

    it('do not wait for each other: one film is done before most films of somebody else that have waited longer', async (context) => {
      const film = await silence();
      const [many, one] = [await api.newAccount(), await api.newAccount()];
      /** Those of these films that have this status now. */
      const withStatus = async (ids: string[], status: JobView['status']) =>
        (await Promise.all(ids.map((id) => api.job(many, id))))
          .filter((job) => job.status === status)
          .map(({ id }) => id);
      const ids: string[] = [];
      for (let first = 0; first < FILMS; first += AT_A_TIME) {
        const numbers = Array.from({ length: Math.min(AT_A_TIME, FILMS - first) }, (_, at) => first + at);
        ids.push(...(await Promise.all(numbers.map((number) => upload(many, film, number)))));
      }
      const last = await upload(one, film, FILMS);
      const waiting = await withStatus(ids, 'queued');
      assert.ok(waiting.length >= LEAST_WAITING, `only ${waiting.length} films waited when it came`);
      assert.equal((await api.finished(one, last)).status, 'done');
      const before = (await withStatus(waiting, 'done')).length;
      context.diagnostic(
        `${waiting.length} films waited when it came, and ${before} of them were done before it`,
      );
      assert.ok(
        before <= MOST_BEFORE,
        `${before} of ${waiting.length} films that waited were done before it`,
      );
      for (const id of ids) assert.equal((await api.finished(many, id)).status, 'done');
    });
  });
}
