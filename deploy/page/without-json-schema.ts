import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** The files of zod that make JSON Schemas. Each schema refers to them, so that esbuild cannot leave them out by itself. */
const FILES = /[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/;

/**
 * Leaves out of the page what makes JSON Schemas of zod's schemas, a sixth of zod. The page checks responses, and describes no API.
 * A schema that is asked for its JSON Schema throws.
 */
export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup({ onLoad }) {
    onLoad({ filter: FILES }, ({ path }) => ({ contents: stubOf(readFileSync(path, 'utf8')) }));
  },
};

/** A module with the same exports. Each is a function that returns one that throws. */
function stubOf(source: string): string {
  const declared = [...source.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name);
  const renamed = [...source.matchAll(/^export \{ \w+ as (\w+) \};/gm)].map(([, name]) => name);
  const lines = [...declared, ...renamed].map((name) => `export const ${name} = () => refuse;`);
  const refuse = "const refuse = () => { throw new Error('this page makes no JSON Schema'); };";
  return [refuse, ...lines].join('\n');
}
