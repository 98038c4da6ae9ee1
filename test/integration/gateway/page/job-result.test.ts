import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';
import { type OpenedPage, signUp, startPage } from './open-page.ts';
import { ORIGINAL, ownJob, ownMp3, putJobs } from './put-jobs.ts';
import { focusedText, listen } from './spoken.ts';

/** What a page complains of that has asked for something that is not there. */
const NOT_FOUND = 'Failed to load resource: the server responded with a status of 404 (Not Found)';

async function openJob({ page }: OpenedPage, id: string): Promise<void> {
  await signUp(page);
  await page.evaluate(`location.hash = '#/jobs/${id}'`);
  await page.locator('article.result').waitFor();
}

const slider = (page: Page) => page.getByRole('slider', { name: 'Position' });
const placeText = (page: Page) => slider(page).getAttribute('aria-valuetext');

describe('an MP3 on the page', () => {
  it('is shown with its facts, warnings, steps, cover and waveform', async (context) => {
    const gateway = await startPage(context);
    const warnings = [
      { code: 'downmixed', detail: 'x' },
      { code: 'truncated', detail: 'x', seconds: 754, of_seconds: 1800 },
    ];
    const track = { index: 1, type: 'audio', position: 2, codec: 'aac', duration_seconds: 20 } as const;
    const tracks = [{ ...track, language: 'ger', title: null, channels: 6, selected: true }];
    const source = {
      size: 31_000_000,
      sha256: 'ab'.repeat(32),
      duration_seconds: 20,
      tracks,
      original: ORIGINAL,
      kept: 'whole' as const,
    };
    const job = await ownMp3(gateway, { filename: 'Urlaub.mkv', warnings, source });
    await putJobs(gateway, job);
    const opened = await gateway.open();
    const { page, complaints, origins } = opened;
    await openJob(opened, job.id);
    await slider(page).waitFor();
    assert.equal(await focusedText(page), 'Urlaub.mkv', 'a screen reader reads the title of the new view');
    assert.equal(await page.title(), 'Urlaub.mkv – mp3converter');

    const facts = await page.locator('.facts > div').allInnerTexts();
    const shown = facts.map((fact) => fact.replace('\n', ': '));
    for (const fact of [
      'Length: 0:20',
      'Average bit rate: 64 kbps',
      'Loudness: -16.2 LUFS',
      'True peak: -1.1 dBTP',
      'Sent: 31 MB of 1.9 GB, the sound alone',
      'From: Track 2 · German · AAC · 6 channels',
    ])
      assert.ok(shown.includes(fact), `${fact} in ${shown.join('; ')}`);
    assert.ok(shown.some((fact) => fact.startsWith('Kept until: ')));

    const steps = await page.locator('.steps li').allInnerTexts();
    assert.deepEqual(
      steps.map((step) => step.split('\n').filter(Boolean)),
      [
        ['Film fetched from the store', '0.4 sec'],
        ['Film examined', '0.2 sec'],
        ['Sound converted', '6.8 sec'],
        ['MP3 checked', '1.3 sec'],
        ['MP3 stored', '0.3 sec'],
      ],
    );
    const notices = await page.getByRole('region', { name: 'Good to know' }).locator('p').allTextContents();
    assert.match(String(notices[0]), /^The end of the film is missing/, 'missing sound comes first');
    const cover = page.getByRole('img', { name: 'Cover of Urlaub.mkv' });
    await waitFor('the cover', () =>
      cover.evaluate((image) => (image as { naturalWidth?: number }).naturalWidth === 200),
    );
    const path = await page.locator('.waveform path').first().getAttribute('d');
    assert.ok(new Set(path?.match(/V[\d.]+/g)).size > 10, 'the waveform is that of the MP3');
    assert.deepEqual(complaints, []);
    assert.deepEqual([...origins], [gateway.url]);
  });

  it('can be played and sought with the keyboard alone', async (context) => {
    const gateway = await startPage(context);
    const job = await ownMp3(gateway);
    await putJobs(gateway, job);
    const opened = await gateway.open();
    const { page, complaints } = opened;
    await openJob(opened, job.id);
    await slider(page).waitFor();
    await slider(page).focus();
    assert.equal(await placeText(page), '0:00 of 0:20, Opening');
    const PLACES: [key: string, text: string][] = [
      ['ArrowRight', '0:05 of 0:20, Opening'],
      ['ArrowRight', '0:10 of 0:20, <b>Interview</b>'],
      ['PageUp', '0:20 of 0:20'],
      ['ArrowLeft', '0:15 of 0:20, Chapter 3'],
      ['Home', '0:00 of 0:20, Opening'],
      ['End', '0:20 of 0:20'],
      ['PageDown', '0:00 of 0:20, Opening'],
    ];
    for (const [key, text] of PLACES) {
      await slider(page).press(key);
      assert.equal(await placeText(page), text, key);
    }
    await page.getByRole('button', { name: '0:06 <b>Interview</b>' }).press('Enter');
    assert.equal(await placeText(page), '0:06 of 0:20, <b>Interview</b>');
    await waitFor('the mark of the chapter', () =>
      page
        .getByRole('button', { name: '0:06 <b>Interview</b>' })
        .evaluate((chapter) => (chapter as { ariaCurrent?: string }).ariaCurrent === 'true'),
    );
    await slider(page).press(' ');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await waitFor('sound', async () => Number(await slider(page).getAttribute('aria-valuenow')) >= 7);
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    assert.deepEqual(complaints, []);
  });

  it('can be sought with the mouse in the list, where one player at a time plays', async (context) => {
    const gateway = await startPage(context);
    const [one, other] = [
      await ownMp3(gateway, { filename: 'one.mp4' }),
      await ownMp3(gateway, { filename: 'other.mp4' }),
    ];
    await putJobs(gateway, one, other);
    const { page, complaints } = await gateway.open();
    await signUp(page);
    for (const name of ['one.mp4', 'other.mp4']) {
      await page.getByRole('button', { name: `Listen: ${name}` }).click();
      const row = page.getByRole('listitem').filter({ hasText: name });
      await row.getByRole('slider').waitFor();
      const { width = 0 } = (await row.getByRole('slider').boundingBox()) ?? {};
      await row.getByRole('slider').click({ position: { x: width / 4, y: 20 } });
      assert.match(String(await row.getByRole('slider').getAttribute('aria-valuetext')), /^0:05 of/);
      await row.getByRole('button', { name: 'Play' }).click();
      await row.getByRole('button', { name: 'Pause' }).waitFor();
    }
    const first = page.getByRole('listitem').filter({ hasText: 'one.mp4' });
    await first.getByRole('button', { name: 'Play' }).waitFor();
    // It has not come to its end, where it would have stopped by itself.
    assert.match(String(await first.getByRole('slider').getAttribute('aria-valuetext')), /^0:[01]\d of/);
    await page.getByRole('button', { name: 'Close: one.mp4' }).click();
    await first.getByRole('slider').waitFor({ state: 'detached' });
    assert.deepEqual(complaints, []);
  });

  it('has a plain player when an earlier release made it', async (context) => {
    const gateway = await startPage(context);
    const job = await ownMp3(gateway, {}, false);
    await putJobs(gateway, job);
    const opened = await gateway.open();
    const { page, complaints } = opened;
    await openJob(opened, job.id);
    await slider(page).waitFor();
    await slider(page).press('ArrowRight');
    assert.equal(await placeText(page), '0:05 of 0:20');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    assert.equal(await page.getByText('Chapters').count(), 0);
    assert.equal(await page.getByRole('img').count(), 0);
    assert.deepEqual(complaints, [NOT_FOUND]);
  });

  it('plays after one failed request for the sound, and says when the sound cannot be loaded', async (context) => {
    const gateway = await startPage(context);
    const job = await ownMp3(gateway);
    await putJobs(gateway, job);
    const opened = await gateway.open();
    const { page } = opened;
    let refusals = 1;
    await page.route('**/download/*', (route) =>
      refusals-- > 0 ? route.fulfill({ status: 401 }) : route.continue(),
    );
    await openJob(opened, job.id);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await waitFor('sound', async () => Number(await slider(page).getAttribute('aria-valuenow')) >= 1);

    refusals = 2;
    await page.reload();
    const alert = page.getByRole('alert').filter({ hasText: 'The sound could not be loaded.' });
    await alert.waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await alert.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
  });

  it('can be renamed in place', async (context) => {
    const gateway = await startPage(context);
    const job = await ownMp3(gateway, { filename: 'old name.mp4' });
    await putJobs(gateway, job);
    const opened = await gateway.open();
    const { page, complaints } = opened;
    await openJob(opened, job.id);
    const spoken = await listen(page);
    await page.getByRole('button', { name: 'Rename' }).press('Enter');
    await page.getByLabel('Name').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'old name.mp4' }).waitFor();
    await page.getByRole('button', { name: 'Rename' }).press('Enter');
    await page.keyboard.type('<i>new</i>');
    await page.keyboard.press('Enter');
    // The gateway takes a slash for the end of a folder.
    await page.getByRole('heading', { name: 'i>.mp4' }).waitFor();
    assert.equal((await gateway.jobs.get(job.id)).document.filename, 'i>.mp4');
    await waitFor(
      'the focus',
      async () => (await page.evaluate('document.activeElement.ariaLabel')) === 'Rename',
    );
    assert.deepEqual(await spoken(), ['It is called i>.mp4 now.']);
    assert.deepEqual(complaints, []);
  });

  for (const hasClipboard of [true, false]) {
    it(`gives its link, ${hasClipboard ? 'on the clipboard' : 'to copy by hand where there is no clipboard'}`, async (context) => {
      const gateway = await startPage(context);
      const job = await ownMp3(gateway);
      await putJobs(gateway, job);
      const opened = await gateway.open({ permissions: ['clipboard-read', 'clipboard-write'] });
      const { page, complaints } = opened;
      if (!hasClipboard)
        await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })');
      await page.reload();
      await openJob(opened, job.id);
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByText('works without signing in until').first().waitFor();
      const link = hasClipboard
        ? await page.evaluate<string>('navigator.clipboard.readText()')
        : await page.evaluate<string>('getSelection().toString() || document.activeElement.value');
      const { pathname, searchParams } = new URL(link);
      assert.equal(pathname, `/download/${job.id}`);
      const { size = 0 } = job.mp3;
      const anyone = await fetch(`${gateway.url}${pathname}?${searchParams}`);
      assert.equal((await anyone.arrayBuffer()).byteLength, size);
      assert.deepEqual(complaints, []);
    });
  }

  it('is downloaded under its file name', async (context) => {
    const gateway = await startPage(context);
    const job = await ownMp3(gateway, { filename: 'Größe.mkv' });
    await putJobs(gateway, job);
    const opened = await gateway.open();
    await openJob(opened, job.id);
    const downloading = opened.page.waitForEvent('download');
    await opened.page.getByRole('link', { name: 'Download' }).click();
    assert.equal((await downloading).suggestedFilename(), 'Größe.mp3');
    assert.deepEqual(opened.complaints, []);
  });

  it('is reported as gone when it does not exist, with a link to the list', async (context) => {
    const gateway = await startPage(context);
    const job = ownJob({ status: 'cancelled', filename: 'film.mp4' });
    await putJobs(gateway, job);
    const { page } = await gateway.open();
    await signUp(page);
    await page.evaluate("location.hash = '#/jobs/00000000-0000-4000-8000-000000000000'");
    await page.getByRole('heading', { name: 'This MP3 does not exist any more' }).waitFor();
    await page.getByRole('link', { name: 'All MP3s' }).click();
    await page.getByRole('link', { name: 'film.mp4' }).waitFor();
  });
});
