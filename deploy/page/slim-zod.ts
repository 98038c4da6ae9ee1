import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Makes JSON Schema of schemas, as the server does for /openapi.json. */
const JSON_SCHEMA = /zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/;
/** English sentences about values that are not valid. The page has its own. */
const SENTENCES = /zod\/v4\/locales\/en\.js$/;
/** Writes code for faster checks. The policy of the page refuses code that is written in the browser, and zod then does without. */
const CODE = /zod\/v4\/core\/doc\.js$/;
const SCHEMAS = /zod\/v4\/classic\/schemas\.js$/;

/** Methods such as `z.string().email()`, which zod has deprecated: they refer to all formats. `z.email()` refers to one. */
const FORMAT_METHODS =
  /(export const ZodString = [^;]*;\s*_ZodString\.init\(inst, def\);\s*\}), \{\n[\s\S]*?\n\}\);/;

/** Methods that no schema of the page uses. One that does fails as soon as the page is opened. */
const UNUSED = [
  ...['and', 'exactOptional', 'nonoptional', 'prefault', 'readonly'],
  ...['includes', 'startsWith', 'endsWith', 'lowercase', 'uppercase', 'normalize'],
  ...['toLowerCase', 'toUpperCase', 'slugify'],
  ...[
    'superRefine',
    'or',
    'apply',
    'isOptional',
    'isNullable',
    'step',
    'finite',
    'keyof',
    'passthrough',
    'strip',
    'safeExtend',
    'merge',
    'exactPartial',
    'required',
    'brand',
  ],
];
const UNUSED_METHODS = new RegExp(`^ {4}(?:${UNUSED.join('|')})\\(.*\\) \\{\\n.*\\n {4}\\},\\n`, 'gm');

/** What licenses.ts says about the change. */
export const CHANGE_OF_ZOD =
  'Changed for these pages: without JSON Schema, code that is written in the browser, the sentences of errors in English and some methods of schemas.';

/**
 * Leaves out a third of zod, which is 10 KB of the page with gzip. Each schema refers to these parts, so a bundler cannot see
 * that a page never runs them. A new version of zod that has them in another form fails the build.
 */
export const slimZod: Plugin = {
  name: 'slim-zod',
  setup({ onLoad }) {
    onLoad({ filter: JSON_SCHEMA }, async ({ path }) => ({
      contents: emptied(await readFile(path, 'utf8')),
    }));
    onLoad({ filter: SCHEMAS }, async ({ path }) => ({ contents: slimmed(await readFile(path, 'utf8')) }));
    onLoad({ filter: CODE }, () => ({ contents: 'export const Doc = undefined;' }));
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

function slimmed(source: string): string {
  if (!FORMAT_METHODS.test(source) || source.match(UNUSED_METHODS)?.length !== UNUSED.length)
    throw new Error('zod has changed: deploy/page/slim-zod.ts does not find the methods that it leaves out');
  return source.replace(FORMAT_METHODS, '$1);').replace(UNUSED_METHODS, '');
}
