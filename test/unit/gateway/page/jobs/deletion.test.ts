import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  beginDeletion,
  commitAllDeletions,
  commitDeletion,
  hiddenJobs,
  undoDeletion,
} from '../../../../../services/gateway/page/app/jobs/deletion.ts';

const hidden = () => [...hiddenJobs.value];

describe('deleting jobs', () => {
  afterEach(() => undoDeletion(hidden()));

  it('hides them at once, and sends the request later', async () => {
    const sent: [string, boolean][] = [];
    const send = async (...request: [string, boolean]) => void sent.push(request);
    beginDeletion(['a', 'b']);
    assert.deepEqual(hidden(), ['a', 'b']);
    assert.deepEqual(sent, []);
    await commitDeletion(['a', 'b'], { send });
    assert.deepEqual(sent, [
      ['a', false],
      ['b', false],
    ]);
    assert.deepEqual(hidden(), []);
  });

  it('can be undone, and then nothing is sent', async () => {
    beginDeletion(['a', 'b']);
    undoDeletion(['a']);
    const sent: string[] = [];
    await commitDeletion(['a', 'b'], { send: async (id) => void sent.push(id) });
    assert.deepEqual(sent, ['b']);
  });

  it('sends each request only once, even when the user leaves the page meanwhile', async () => {
    const sent: [string, boolean][] = [];
    const answered = Promise.withResolvers<void>();
    const send = (...request: [string, boolean]) => {
      sent.push(request);
      return answered.promise;
    };
    beginDeletion(['a']);
    const deletion = commitDeletion(['a'], { send });
    beginDeletion(['b']);
    const rest = commitAllDeletions(send);
    answered.resolve();
    await Promise.all([deletion, rest]);
    assert.deepEqual(sent, [
      ['a', false],
      ['b', true],
    ]);
  });

  it('shows a job again when its deletion fails, deletes the others, and throws', async () => {
    const sent: string[] = [];
    const send = async (id: string) => {
      sent.push(id);
      assert.ok(hiddenJobs.value.has(id), 'it is hidden until the answer has come');
      if (id === 'a') throw new Error('unreachable');
    };
    beginDeletion(['a', 'b']);
    await assert.rejects(commitDeletion(['a', 'b'], { send }), /unreachable/);
    assert.deepEqual(sent, ['a', 'b']);
    assert.deepEqual(hidden(), []);
  });
});
