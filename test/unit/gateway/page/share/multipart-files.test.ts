import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { multipartFiles } from '../../../../../services/gateway/page/app/share/multipart-files.ts';
import { randomNumbers } from '../../../../support/random.ts';

const TIME = 1_700_000_000_000;

/** The body of a form, as a browser makes it. */
async function bodyOf(form: FormData): Promise<[body: Blob, type: string]> {
  const response = new Response(form);
  const type = response.headers.get('content-type') ?? assert.fail();
  return [await response.blob(), type];
}

const read = async (form: FormData) => multipartFiles(...(await bodyOf(form)), TIME);

const formOf = (...files: File[]): FormData => {
  const form = new FormData();
  for (const file of files) form.append('films', file);
  return form;
};

const contentOf = async (file: File) => Buffer.from(await file.arrayBuffer());

describe('multipartFiles', () => {
  const NAMES = ['film.mp4', 'Fílm "one".mp4', 'two\r\nlines.mkv', '映画; filename=x.ts', 'a'.repeat(1000)];
  for (const name of NAMES) {
    it(`gives a file with the name ${JSON.stringify(name.slice(0, 30))}, its type and its content`, async () => {
      const [file, ...others] = await read(formOf(new File(['the sound'], name, { type: 'video/mp4' })));
      assert.deepEqual(
        [file?.name, file?.type, file?.lastModified, others.length],
        [name, 'video/mp4', TIME, 0],
      );
      assert.equal(await file?.text(), 'the sound');
    });
  }

  it('gives 200 parts at most, and reads no further', async () => {
    const boundary = 'x'.repeat(60);
    const part = `--${boundary}\r\nContent-Disposition: form-data; name="films"; filename="a"\r\n\r\nx\r\n`;
    const body = new Blob([part.repeat(300)]);
    let cancelled = 0;
    let pulled = 0;
    const bytes = new TextEncoder().encode(part);
    body.stream = () =>
      new ReadableStream({
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(bytes.slice());
        },
        cancel: () => void cancelled++,
      });
    const files = await multipartFiles(body, `multipart/form-data; boundary=${boundary}`, TIME);
    assert.deepEqual([files.length, cancelled], [200, 1]);
    assert.ok(pulled <= 205, String(pulled));
  });

  it('gives the files of a form with other fields, in their order, and no field without a file', async () => {
    const form = new FormData();
    form.append('title', 'My holiday');
    form.append('films', new File(['one'], 'one.mp4'));
    form.append('none', new File([], ''));
    form.append('text', 'film.mp4');
    form.append('more', new File([], 'empty.mp4'));
    form.append('films', new File(['two\r\n'], 'two.mp4'));
    const files = await read(form);
    assert.deepEqual(
      files.map(({ name, size }) => [name, size]),
      [
        ['one.mp4', 3],
        ['empty.mp4', 0],
        ['two.mp4', 5],
      ],
    );
    assert.equal(await files[2]?.text(), 'two\r\n');
  });

  it('finds the ends of files wherever the body is cut into pieces', async () => {
    const below = randomNumbers(7);
    for (let round = 0; round < 30; round += 1) {
      // Bytes that occur in delimiters, so that many of them nearly begin one.
      const content = () =>
        Buffer.from(Array.from({ length: below(70_000) }, () => '\r\n-a0'.charCodeAt(below(5))));
      const contents = Array.from({ length: 1 + below(4) }, content);
      const files = await read(formOf(...contents.map((bytes, index) => new File([bytes], `${index}.mp4`))));
      assert.deepEqual(await Promise.all(files.map(contentOf)), contents);
    }
  });

  const BOUNDARIES = [
    'a',
    '"with space"',
    '"x:y"',
    '----WebKitFormBoundaryA1',
    `${'b'.repeat(70)}; charset=utf-8`,
  ];
  for (const boundary of BOUNDARIES) {
    it(`reads the boundary ${boundary}`, async () => {
      const name = boundary.replace(/^"|"$|; charset.*/g, '');
      const lines = [
        `--${name}`,
        'Content-Disposition: form-data; name="films"; filename="f.mp4"',
        '',
        'sound',
        `--${name}--`,
        '',
      ];
      const files = await multipartFiles(
        new Blob([lines.join('\r\n')]),
        `multipart/form-data; boundary=${boundary}`,
        TIME,
      );
      assert.deepEqual(await Promise.all(files.map((file) => file.text())), ['sound']);
    });
  }

  const header = 'Content-Disposition: form-data; name="films"; filename="f.mp4"';
  const DAMAGED: [what: string, body: string, type?: string][] = [
    ['has another type', '', 'text/plain; boundary=x'],
    ['names no boundary', '', 'multipart/form-data'],
    ['is empty', ''],
    ['has no delimiter', 'sound'],
    ['ends in a file', `--x\r\n${header}\r\n\r\nsound`],
    ['ends in a header', `--x\r\n${header}`],
    ['has a header without an end', `--x\r\n${header}\r\n--x--`],
    ['has a header that is too long', `--x\r\n${header}\r\nX: ${'a'.repeat(20_000)}\r\n\r\nsound\r\n--x--`],
    ['has a header that is none', '--x\r\n\0\r\n\r\nsound\r\n--x--'],
    [
      'has a file name that is not ended',
      '--x\r\nContent-Disposition: form-data; name="a"; filename="f\r\n\r\nsound\r\n--x--',
    ],
  ];
  for (const [what, body, type = 'multipart/form-data; boundary=x'] of DAMAGED)
    it(`gives nothing of a body that ${what}`, async () =>
      assert.deepEqual(await multipartFiles(new Blob([body]), type, TIME), []));

  it('gives 200 files at most', async () => {
    const part = `--x\r\n${header}\r\n\r\nsound\r\n`;
    const body = new Blob([part.repeat(1000), '--x--\r\n']);
    assert.equal((await multipartFiles(body, 'multipart/form-data; boundary=x', TIME)).length, 200);
  });
});
