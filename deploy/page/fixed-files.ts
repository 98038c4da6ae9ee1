import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { drawIcons } from './draw-icons.ts';
import { manifest } from './manifest.ts';

const app = path.resolve(import.meta.dirname, '../../services/gateway/page/app');

export interface FixedFile {
  url: string;
  file: string;
  type: string;
  contents: string | Uint8Array;
}

/** Files whose URLs have to stay the same. */
export async function fixedFiles(): Promise<FixedFile[]> {
  const svg = await readFile(path.join(app, 'shell/icon.svg'), 'utf8');
  const pictures = await drawIcons(svg);
  return [
    {
      url: '/manifest.webmanifest',
      file: 'manifest.webmanifest',
      type: 'application/manifest+json',
      contents: JSON.stringify(manifest),
    },
    { url: '/assets/icon.svg', file: 'assets/icon.svg', type: 'image/svg+xml', contents: svg },
    ...[...pictures].map(([name, contents]) => ({
      ...{ url: `/assets/${name}`, file: `assets/${name}`, type: 'image/png', contents },
    })),
  ];
}
