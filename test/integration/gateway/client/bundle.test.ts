import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundleClient } from './bundle.ts';

const MAX_BYTES = 240_000;
const MAX_COMPRESSED_BYTES = 85_000;

describe('the client, bundled for browsers', () => {
  it('needs no module of Node, and is small', async (context) => {
    const { outputFiles, warnings, metafile } = await bundleClient();
    assert.deepEqual(warnings, []);
    const [bundle] = outputFiles;
    assert.ok(bundle);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    assert.deepEqual(imports, []);
    const compressed = gzipSync(bundle.contents, { level: 9 }).length;
    context.diagnostic(`${bundle.contents.length} bytes, ${compressed} compressed by gzip`);
    // One file that says `import { z } from 'zod'` brings all of zod, with its texts in every language.
    const advice = 'files that the client reaches say `import * as z from "zod"`';
    assert.ok(bundle.contents.length < MAX_BYTES, `${bundle.contents.length} bytes: ${advice}`);
    assert.ok(compressed < MAX_COMPRESSED_BYTES, `${compressed} bytes compressed: ${advice}`);
  });
});
