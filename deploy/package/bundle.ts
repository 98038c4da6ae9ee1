import path from 'node:path';
import { build } from 'esbuild';

const repoRoot = path.resolve(import.meta.dirname, '../..');

/**
 * Writes the command line as one file of plain JavaScript, with the packages that it uses. Node refuses to strip types below
 * node_modules, so what is installed from npm has to be JavaScript.
 */
export async function bundleCommandLine(file: string, version: string): Promise<void> {
  await build({
    absWorkingDir: repoRoot,
    entryPoints: ['services/gateway/cli/mp3.ts'],
    inject: ['deploy/package/node-20.mjs'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Stack traces of users should name our functions.
    minify: false,
    legalComments: 'inline',
    define: { MP3CONVERTER_VERSION: JSON.stringify(version) },
    banner: {
      // Packages in the CommonJS format call `require`, which a module does not have.
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
