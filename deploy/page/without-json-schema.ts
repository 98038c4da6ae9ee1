import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const FILES = /[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/;
const DECLARED = /^export (?:const|function) (\w+)/gm;
const RENAMED = /^export \{ .* \};$/gm;

/**
 * Leaves out the part of zod that describes schemas as JSON schemas. The page only parses with them, and bundlers cannot find out
 * that nobody calls it: each schema has a method for it. Without that part, every visitor loads 5 KB less.
 */
export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup({ onLoad }) {
    onLoad({ filter: FILES }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const names = [...source.matchAll(DECLARED)].map(([, name]) => name);
      const renamed = source.match(RENAMED) ?? [];
      return {
        contents: [...names.map((name) => `export const ${name} = () => missing;`), ...renamed, MISSING].join(
          '\n',
        ),
      };
    });
  },
};

const MISSING = `function missing() { throw new Error('the page makes no JSON schemas'); }`;
