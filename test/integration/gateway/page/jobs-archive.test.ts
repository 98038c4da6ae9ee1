import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
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
});
