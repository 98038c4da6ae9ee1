import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const FOLDER = path.resolve(import.meta.dirname, '../../../../services/gateway/client');

/** What a page needs of the client. */
const ENTRY = `
export { createClient } from './client.ts';
export { createTransport } from './http/transport.ts';
export { filmOf } from './uploads/film.ts';
export * from './http/errors.ts';
`;

const MAX_BYTES = 200_000;
const MAX_COMPRESSED_BYTES = 70_000;

describe('the client, bundled for browsers', () => {
  it('needs no module of Node, and is small', async (context) => {
    const { outputFiles, warnings, metafile } = await build({
      stdin: { contents: ENTRY, resolveDir: FOLDER, loader: 'ts' },
      ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022' },
      ...{ write: false, metafile: true, logLevel: 'silent' },
    });
    assert.deepEqual(warnings, []);
    const [bundle] = outputFiles;
    assert.ok(bundle);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    assert.deepEqual(imports, []);
    const compressed = gzipSync(bundle.contents, { level: 9 }).length;
    context.diagnostic(`${bundle.contents.length} bytes, ${compressed} compressed by gzip`);
    assert.ok(bundle.contents.length < MAX_BYTES, `${bundle.contents.length} bytes`);
    assert.ok(compressed < MAX_COMPRESSED_BYTES, `${compressed} bytes compressed`);
  });
});
