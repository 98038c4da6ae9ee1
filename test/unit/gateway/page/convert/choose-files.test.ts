import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  hasFolderPicker,
  pickFiles,
  pickFolder,
} from '../../../../../services/gateway/page/app/convert/drop/choose-files.ts';

const browser = globalThis as Record<string, unknown>;

describe('choosing with a dialog of the browser', () => {
  afterEach(() => {
    delete browser.showOpenFilePicker;
    delete browser.showDirectoryPicker;
  });

  it('gives each file with its handle, and a folder as a handle', async () => {
    const file = new File(['x'], 'film.mp4');
    const handle = { name: 'film.mp4', getFile: async () => file };
    browser.showOpenFilePicker = async () => [handle];
    assert.deepEqual(await pickFiles({ multiple: true }), {
      chosen: [{ file, handle: { file: handle } }],
      leftOut: [],
    });
    assert.ok(!hasFolderPicker());
    browser.showDirectoryPicker = async () => handle;
    assert.ok(hasFolderPicker());
    assert.equal(await pickFolder(), handle);
  });

  it('gives the files that can be read, in order, and the names of the others', async () => {
    const readable = (name: string) => ({ name, getFile: async () => new File(['x'], name) });
    const unreadable = (name: string, error: string) => ({
      name,
      getFile: () => Promise.reject(new DOMException('no', error)),
    });
    browser.showOpenFilePicker = async () => [
      ...[unreadable('gone.mp4', 'NotFoundError'), readable('one.mp4')],
      ...[unreadable('closed.mp4', 'NotAllowedError'), readable('two.mp4')],
      // A dialog that is cancelled has the same name, and this is none.
      unreadable('aborted.mp4', 'AbortError'),
    ];
    const picked = await pickFiles({ multiple: true });
    assert.deepEqual(
      picked?.chosen.map(({ file }) => file.name),
      ['one.mp4', 'two.mp4'],
    );
    assert.deepEqual(picked?.leftOut, ['gone.mp4', 'closed.mp4', 'aborted.mp4']);
  });

  it('gives nothing where somebody has cancelled it, and fails for any other reason', async () => {
    const failWith = (name: string) => async () => {
      throw new DOMException('no', name);
    };
    browser.showOpenFilePicker = browser.showDirectoryPicker = failWith('AbortError');
    assert.equal(await pickFiles({ multiple: true }), undefined);
    assert.equal(await pickFolder(), undefined);
    browser.showOpenFilePicker = browser.showDirectoryPicker = failWith('SecurityError');
    await assert.rejects(pickFiles({ multiple: true }), { name: 'SecurityError' });
    await assert.rejects(pickFolder(), { name: 'SecurityError' });
  });
});
