import { execFile } from 'node:child_process';
import { readFile, truncate } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { file, media } from '../../../support/media.ts';
import { mp4 } from '../../../unit/gateway/client/test-gateway.ts';

/** A film whose picture is noise, so that it is far larger than its sound. */
export const noisyFilm = (name = 'film.mp4', seconds = 4): Promise<string> =>
  media(
    name,
    ...['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=25:d=${seconds},noise=alls=60:allf=t`],
    ...['-f', 'lavfi', '-i', `anoisesrc=d=${seconds}:r=48000:a=0.1`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '6M', '-c:a', 'aac', '-b:a', '128k'],
    ...['-movflags', '+faststart'],
  );

/** A film whose sound is so long that it is sent in several parts: some 17 MB without the picture. */
export const longFilm = (name = 'long.mkv', seconds = 90): Promise<string> =>
  media(
    name,
    ...['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=10:d=${seconds},noise=alls=60:allf=t`],
    ...['-f', 'lavfi', '-i', `anoisesrc=d=${seconds}:r=48000:a=0.1`],
    ...['-c:v', 'mjpeg', '-q:v', '2', '-c:a', 'pcm_s16le', '-ac', '2'],
  );

/** A file of 300 MB that begins like a film, of which no sound can be found. It takes no room on the disk. */
export async function sparseFilm(): Promise<string> {
  const name = await file('large.mp4', mp4(64));
  await truncate(name, 300_000_000);
  return name;
}

/** Chooses films with the dialog of the page. */
export const chooseFilms = (page: Page, ...paths: string[]): Promise<void> =>
  page.locator('input[type=file][multiple]').setInputFiles(paths);

export const convertButton = (page: Page) => page.getByRole('button', { name: /^Convert/ });

/** Drags files and folders of this machine over the window. Returns the function that drops them, as a hand would. */
export async function dragFilms(page: Page, ...files: string[]): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    devtools.send('Input.dispatchDragEvent', {
      ...{ type, x: 40, y: 40 },
      data: { items: [], files, dragOperationsMask: 1 },
    });
  await drag('dragEnter');
  await drag('dragOver');
  return async () => {
    await drag('drop');
    await devtools.detach();
  };
}

/** Pastes a file with this content, as from a program that manages files. */
export const pasteFilm = async (page: Page, name: string, path: string): Promise<void> => {
  const content = (await readFile(path)).toString('base64');
  await page.evaluate(`{
    const bytes = Uint8Array.from(atob('${content}'), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], ${JSON.stringify(name)}, { lastModified: 1_700_000_000_000 }));
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }`);
};

/** The names of the films that are listed, in their order. */
export const namesOfFilms = (page: Page): Promise<string[]> => page.locator('.film-name').allTextContents();

const run = promisify(execFile);
/** So many bytes of noise do not occur twice by chance. */
const SAMPLE_BYTES = 24;

/** Samples of all packets of one kind of a film: bytes from the middle of each. */
export async function packetSamples(path: string, kind: 'video' | 'audio'): Promise<Buffer[]> {
  const show = ['-show_entries', 'packet=pos,size', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', kind[0] ?? '', ...show, path], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const film = await readFile(path);
  const packets = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  return packets
    .filter(([size = 0]) => size >= 2 * SAMPLE_BYTES)
    .map(([size = 0, pos = 0]) => {
      const middle = pos + Math.floor(size / 2);
      return film.subarray(middle, middle + SAMPLE_BYTES);
    });
}

const TRANSPORT_PACKET_BYTES = 188;
const TRANSPORT_HEADER_BYTES = 4;

/** A search for each of many thousand small packets would take minutes. */
const EVERY = 13;

/**
 * The same of some packets of an MPEG transport stream, of which each has the number of its stream. See ISO 13818-1, 2.4.3.2.
 */
export async function transportSamples(path: string, kind: 'video' | 'audio'): Promise<Buffer[]> {
  const show = ['-show_entries', 'stream=id', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', kind[0] ?? '', ...show, path]);
  const stream = Number(stdout.trim().split('\n')[0]);
  const film = await readFile(path);
  const samples: Buffer[] = [];
  for (let at = 0; at + TRANSPORT_PACKET_BYTES <= film.length; at += TRANSPORT_PACKET_BYTES) {
    const isOfStream = (film.readUInt16BE(at + 1) & 0x1fff) === stream;
    const isPayloadAlone = ((film[at + 3] ?? 0) >> 4) % 4 === 1;
    if (isOfStream && isPayloadAlone) {
      const middle = at + TRANSPORT_HEADER_BYTES + 80;
      samples.push(film.subarray(middle, middle + SAMPLE_BYTES));
    }
  }
  return samples.filter((_, at) => at % EVERY === 0);
}
