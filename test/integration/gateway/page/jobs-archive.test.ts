import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { signUp, startPage } from './open-page.ts';
import { ownJob, ownMp3, putJobs } from './put-jobs.ts';

/** The names in a ZIP, from the headers of its central directory (APPNOTE 4.3.12). */
function namesOf(zip: Buffer): string[] {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02'); at !== -1; at = zip.indexOf('PK\x01\x02', at + 46))
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  return names.sort();
}

async function downloaded(page: Page, button: string): Promise<string[]> {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).press('Enter');
  const download = await downloading;
  assert.equal(download.suggestedFilename(), 'mp3s.zip');
  return namesOf(await readFile(await download.path()));
}

const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });

describe('downloading MP3s as a ZIP on the page in Chromium', () => {
  it('takes the selected ones, or all', async (context) => {
    const gateway = await startPage(context);
    const names = ['one.mp4', 'two.mp4', 'three.mp4'];
    const mp3s = [];
    for (const filename of names) mp3s.push(await ownMp3(gateway, { filename }));
    await putJobs(gateway, ownJob({ status: 'cancelled', filename: 'none.mp4' }), ...mp3s);
    const { page, complaints } = await gateway.open();
    await signUp(page);
    assert.deepEqual(await downloaded(page, 'Download all as ZIP'), ['one.mp3', 'three.mp3', 'two.mp3']);
    await page.getByRole('button', { name: 'Select several' }).press('Enter');
    const zip = page.getByRole('button', { name: 'Download as ZIP' });
    await page.getByLabel('Select: none.mp4').press(' ');
    await page.getByText('1 selected').waitFor();
    assert.equal(await zip.isDisabled(), true, 'it has no MP3');
    for (const name of ['one.mp4', 'three.mp4']) await page.getByLabel(`Select: ${name}`).press(' ');
    await page.getByText('3 selected').waitFor();
    assert.deepEqual(await downloaded(page, 'Download as ZIP'), ['one.mp3', 'three.mp3']);
    assert.deepEqual(complaints, []);
  });

  it('says so, and begins no download, where there are too many for one ZIP', async (context) => {
    const gateway = await startPage(context);
    const one = await ownMp3(gateway, { filename: 'one.mp4' });
    const more = Array.from({ length: 1_000 }, (_, number) => ({
      ...one,
      id: randomUUID(),
      filename: `film ${number}.mp4`,
    }));
    await putJobs(gateway, one, ...more);
    const { page } = await gateway.open();
    await signUp(page);
    let downloads = 0;
    page.on('download', () => downloads++);
    await page.getByRole('button', { name: 'Download all as ZIP' }).press('Enter');
    await messages(page).getByText('Select 300 MP3s at most for one ZIP.').waitFor();
    assert.equal(downloads, 0);
  });

  it('says so where a selected MP3 does not exist any more', async (context) => {
    const gateway = await startPage(context);
    const gone = await ownMp3(gateway, { filename: 'gone.mp4' });
    await putJobs(gateway, gone);
    const { page } = await gateway.open();
    await signUp(page);
    await page.getByRole('button', { name: 'Select several' }).press('Enter');
    await page.getByLabel('Select: gone.mp4').press(' ');
    await gateway.jobs.update(gone.id, tombstone);
    let downloads = 0;
    page.on('download', () => downloads++);
    await page.getByRole('button', { name: 'Download as ZIP' }).press('Enter');
    await messages(page).getByText('This MP3 does not exist any more').waitFor();
    assert.equal(downloads, 0);
  });
});
