import path from 'node:path';
import { build } from 'esbuild';

const FOLDER = path.resolve(import.meta.dirname, '../../../../services/gateway/client');

/** What a page needs of the client. */
const ENTRY = `
export { createClient } from './client.ts';
export { createTransport } from './http/transport.ts';
export { filmOf } from './uploads/film.ts';
export * from './http/errors.ts';
`;

/** Bundles the client for browsers, as one ES module without imports. */
export const bundleClient = () =>
  build({
    stdin: { contents: ENTRY, resolveDir: FOLDER, loader: 'ts' },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022' },
    ...{ write: false, metafile: true, logLevel: 'silent' },
  });
