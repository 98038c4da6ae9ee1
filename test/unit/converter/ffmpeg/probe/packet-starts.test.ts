import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPacketReader } from '../../../../../services/converter/ffmpeg/probe/packet-starts.ts';

/** A reader of a film with a picture and a sound, in hundredths of a second. */
function readerOfFilm() {
  const reader = createPacketReader();
  reader.readMapping('  Stream #0:0 -> #0:0 (copy)');
  reader.readMapping('  Stream #0:1 -> #0:1 (copy)');
  for (const line of ['#tb 0: 1/100', '#media_type 0: video', '#tb 1: 1/100', '#media_type 1: audio'])
    reader.read(line);
  const add = (stream: number, count: number, from = 0) => {
    for (let time = from; time < from + count; time++) reader.read(`${stream}, ${time}, ${time}, 1, 10, 0x0`);
  };
  return { ...reader, add };
}

describe('createPacketReader', () => {
  it('is complete with eight packets of each stream', () => {
    const { add, isComplete, found } = readerOfFilm();
    add(1, 100, 50);
    add(0, 7, 20);
    assert.equal(isComplete(), false);
    add(0, 1, 27);
    assert.equal(isComplete(), true);
    assert.deepEqual([...found()].sort(), [
      [0, 0.2],
      [1, 0.5],
    ]);
  });

  it('does not wait for the picture of a film that has a single packet of it, or none', () => {
    for (const packets of [0, 1]) {
      const { add, isComplete, found } = readerOfFilm();
      add(0, packets, 20);
      add(1, 900, 50);
      assert.equal(isComplete(), false);
      add(1, 200, 950);
      assert.equal(isComplete(), true);
      assert.equal(found().has(0), packets === 1);
    }
  });

  it('waits longer for a sound that begins late, because it may become the MP3', () => {
    const { add, isComplete, isTooMany } = readerOfFilm();
    add(0, 5000);
    assert.deepEqual([isComplete(), isTooMany()], [false, false]);
    add(1, 8, 5000);
    assert.equal(isComplete(), true);
  });
});
