import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createSpool } from '../../../../services/converter/capacity/spool.ts';
import { DiskFull } from '../../../../services/converter/failure.ts';

// Inside a suite: at the top of the file, the hooks would run for the other files of the process too.
describe('createSpool', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'mp3converter-spool-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('gives each attempt a folder that nobody else can read, and takes it back', async () => {
    const spool = createSpool(root);
    const seen = await spool.use(1, async (folder) => {
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
      await writeFile(join(folder, 'input'), 'x');
      return folder;
    });
    await assert.rejects(stat(seen), { code: 'ENOENT' });
    await assert.rejects(
      spool.use(1, async () => {
        throw new Error('failed');
      }),
      /failed/,
    );
    assert.deepEqual(await readdir(join(root, String(process.pid))), []);
    await spool.close();
    assert.deepEqual(await readdir(root), []);
  });

  it('removes what the dead and its own former self have left, and nothing else', async () => {
    // Above the largest process id of Linux (2^22), so no process has it.
    const dead = '4194305';
    const alive = String(process.ppid);
    for (const name of [dead, alive, '4711', 'notes'])
      await mkdir(join(root, name, 'attempt-x'), { recursive: true });
    await createSpool(root, 4711).prepare();
    assert.deepEqual((await readdir(root)).sort(), [alive, 'notes'].sort());
  });

  it('begins nothing where there is no room for the video', async () => {
    const spool = createSpool(root);
    const { bavail, bsize } = await statfs(root);
    const work = () => assert.fail('begun');
    await assert.rejects(spool.use(bavail * bsize * 2, work), DiskFull);
    assert.deepEqual(await readdir(join(root, String(process.pid))), []);
  });

  it('is there again when somebody has cleaned up the temporary folder', async () => {
    const inner = join(root, 'spool');
    const spool = createSpool(inner);
    await spool.prepare();
    await rm(inner, { recursive: true });
    assert.equal(await spool.use(1, async () => 'done'), 'done');
  });

  it('refuses a folder that is only a link to one', async () => {
    const link = join(root, 'link');
    await symlink(tmpdir(), link);
    await assert.rejects(createSpool(link).prepare(), /SPOOL_DIR/);
  });
});
