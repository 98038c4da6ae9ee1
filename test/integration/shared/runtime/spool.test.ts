import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { createSpool, DiskFull } from '../../../../services/shared/runtime/spool.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-spool-'));
});
afterEach(() => rm(root, { recursive: true }));

it('use gives each attempt a folder that no other user can read, and removes it afterwards', async () => {
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

it('prepare removes the folders of dead processes and of an earlier one with the same id, and nothing else', async () => {
  const dead = String(spawnSync('true').pid);
  const alive = String(process.ppid);
  for (const name of [dead, alive, '4711', 'notes'])
    await mkdir(join(root, name, 'attempt-x'), { recursive: true });
  await createSpool(root, 4711).prepare();
  assert.deepEqual((await readdir(root)).sort(), [alive, 'notes'].sort());
});

it('use begins nothing where there is no room for the video', async () => {
  const spool = createSpool(root);
  const { bavail, bsize } = await statfs(root);
  const work = () => assert.fail('it has begun');
  await assert.rejects(spool.use(bavail * bsize * 2, work), DiskFull);
  assert.deepEqual(await readdir(join(root, String(process.pid))), []);
});

it('use creates the spool again after the temporary folder was cleaned up', async () => {
  const inner = join(root, 'spool');
  const spool = createSpool(inner);
  await spool.prepare();
  await rm(inner, { recursive: true });
  assert.equal(await spool.use(1, async () => 'done'), 'done');
});

it('prepare refuses a symbolic link to a folder', async () => {
  const link = join(root, 'link');
  await symlink(tmpdir(), link);
  await assert.rejects(createSpool(link).prepare(), /SPOOL_DIR/);
});
