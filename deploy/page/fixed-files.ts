import { readFileSync } from 'node:fs';
import path from 'node:path';

const app = path.resolve(import.meta.dirname, '../../services/gateway/page/app');

const manifest = {
  name: 'mp3converter',
  short_name: 'mp3converter',
  description: 'Turns films into MP3s.',
  id: '/',
  start_url: '/',
  display: 'standalone',
  background_color: '#f7f6f3',
  theme_color: '#f7f6f3',
  icons: [
    { src: '/assets/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
    { src: '/assets/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'maskable' },
  ],
};

/** Files whose URLs have to stay the same. */
export const fixedFiles = (): { url: string; file: string; type: string; contents: string }[] => [
  {
    url: '/manifest.webmanifest',
    file: 'manifest.webmanifest',
    type: 'application/manifest+json',
    contents: JSON.stringify(manifest),
  },
  {
    url: '/assets/icon.svg',
    file: 'assets/icon.svg',
    type: 'image/svg+xml',
    contents: readFileSync(path.join(app, 'shell/icon.svg'), 'utf8'),
  },
];
