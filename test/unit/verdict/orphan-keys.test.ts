import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orphanKeys } from '../../verdict/orphan-keys.ts';

describe('orphanKeys', () => {
  const stored = [
    { id: 'job', video: 'video', audio: 'mp3', filename: 'a.mp4', status: 'done' as const },
    { id: 'gone', video: 'old', audio: null, filename: '', status: 'deleted' as const },
  ];

  it('returns the keys of blobs that no job has', () => {
    const owned = ['blob:video', 'chunk:video:0', 'blob:mp3', 'chunk:mp3:0'];
    const orphans = ['blob:old', 'chunk:old:3', 'tail:lost:1', 'chunk:lost:0'];
    assert.deepEqual(orphanKeys({ keys: [...owned, ...orphans, 'job:job', 'open:1'], stored }), orphans);
  });

  it('returns the video of a job that is done where videos are not kept', () => {
    const keys = ['blob:video', 'chunk:video:0', 'blob:mp3'];
    assert.deepEqual(orphanKeys({ keys, stored, videosExpired: true }), ['blob:video', 'chunk:video:0']);
  });
});
