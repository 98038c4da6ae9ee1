import { ICONS } from './draw-icons.ts';

/** A page that the gateway serves. */
interface PageDocument {
  url: string;
  /** Name of the HTML file that is written. */
  file: string;
  title: string;
  /** Its script, in services/gateway/page/app. */
  entry: string;
}

export const DOCUMENTS: readonly PageDocument[] = [
  { url: '/', file: 'index.html', title: 'mp3converter', entry: 'main.tsx' },
  { url: '/operator', file: 'operator.html', title: 'Operator · mp3converter', entry: 'operator/main.tsx' },
  { url: '/docs', file: 'docs.html', title: 'API · mp3converter', entry: 'docs/main.tsx' },
];

/** What the build has made of one script. All paths are those of URLs. */
export interface Entry {
  /** As in `PageDocument`. */
  source: string;
  script: string;
  styles: string[];
  /** Files that the script imports at once. */
  preloads: string[];
}

/**
 * What is shown until the script has loaded: the top of the page, as app/shell/header.tsx draws it. Preact takes these elements over,
 * so nothing flashes and nothing moves.
 */
const FIRST_PAINT = [
  '<header class="top"><a class="brand" href="/">',
  '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M3 12h2l2-6 3 14 3-18 3 14 2-4h3"/></svg>',
  '<span>mp3converter</span>',
  '</a></header>',
].join('');

/** The HTML of a page. The texts of it are ours, so nothing has to be escaped. */
export function documentOf(
  { entry, file, title }: PageDocument,
  entries: readonly Entry[],
): { file: string; type: string; contents: string } {
  const built = entries.find(({ source }) => source === entry);
  if (built === undefined) throw new Error(`the build made nothing of ${entry}`);
  const early = entries.find(({ source }) => source === 'early.ts');
  const lines = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="description" content="Turn films into MP3s. Only the sound is sent, and nothing is kept longer than it has to be.">',
    '<meta name="theme-color" content="#f7f6f3" media="(prefers-color-scheme: light)">',
    '<meta name="theme-color" content="#121417" media="(prefers-color-scheme: dark)">',
    `<title>${title}</title>`,
    '<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">',
    `<link rel="apple-touch-icon" href="/assets/${ICONS.apple.name}">`,
    '<link rel="manifest" href="/manifest.webmanifest">',
    // Before the styles: a browser runs no script before the styles above it have loaded.
    ...(early === undefined ? [] : [`<script src="${early.script}"></script>`]),
    ...built.styles.map((href) => `<link rel="stylesheet" href="${href}">`),
    ...built.preloads.map((href) => `<link rel="modulepreload" href="${href}">`),
    `<script type="module" src="${built.script}"></script>`,
    '</head>',
    '<body>',
    `<div id="app">${FIRST_PAINT}</div>`,
    '<noscript><p>This page needs JavaScript. The <a href="/openapi.json">API</a> works without it.</p></noscript>',
    '</body>',
    '</html>',
    '',
  ];
  return { file, type: 'text/html; charset=utf-8', contents: lines.join('\n') };
}
