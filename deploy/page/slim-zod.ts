import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Makes JSON Schema of schemas, as the server does for /openapi.json. */
const JSON_SCHEMA = /zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/;
/** English sentences about values that are not valid. The page has its own. */
const SENTENCES = /zod\/v4\/locales\/en\.js$/;

/**
 * Leaves out a quarter of zod, which is 7 KB of the page with gzip. Each schema refers to these parts, so a bundler cannot see
 * that a page never runs them. A new version of zod that needs more of them fails the build.
 */
export const slimZod: Plugin = {
  name: 'slim-zod',
  setup({ onLoad }) {
    onLoad({ filter: JSON_SCHEMA }, async ({ path }) => ({
      contents: emptied(await readFile(path, 'utf8')),
    }));
    onLoad({ filter: SENTENCES }, () => ({
      contents: 'export default () => ({ localeError: ({ code }) => code });',
    }));
  },
};

/** A module with the same exports, which do nothing. */
function emptied(source: string): string {
  const declared = [...source.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
  const renamed = [...source.matchAll(/^export \{ \w+ as (\w+) \};/gm)].map(([, name]) => name);
  const names = [...declared, ...renamed].map((name) => `none as ${name}`);
  return `const none = () => undefined; export { ${names.join(', ')} };`;
}
