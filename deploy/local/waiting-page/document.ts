import { createHash } from 'node:crypto';
import { escapeHtml } from '../../../services/shared/runtime/escape-html.ts';
import type { Step } from './progress.ts';

// The colors are those of services/gateway/page/app/styles/tokens.css.
const STYLE = `
:root { color-scheme: light dark; --page: light-dark(#f7f6f3, #121417); --surface: light-dark(#fff, #1b1e23);
  --line: light-dark(#d9d6cf, #353b44); --text: light-dark(#1c1e21, #eceef1); --quiet: light-dark(#5a5d63, #a9b0ba);
  --accent: light-dark(#0b6e5f, #5ad6bc) }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page);
  color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif }
main { width: 100%; max-width: 30rem; padding: 2rem; background: var(--surface); border: 1px solid var(--line);
  border-radius: .75rem }
.brand { display: flex; align-items: center; gap: .5rem; margin: 0; color: var(--accent); font-weight: 600 }
svg { width: 1.5rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 1rem 0 .25rem; font-size: 1.5rem; line-height: 1.25 }
p, small { margin: 0; color: var(--quiet) }
ol { list-style: none; margin: 1.5rem 0 0; padding: 0; display: grid; gap: .75rem }
li { display: grid; grid-template-columns: 1.25rem 1fr; column-gap: .75rem; color: var(--quiet) }
li small { grid-column: 2; font-size: .9375rem; font-variant-numeric: tabular-nums }
li::before { content: ""; width: 1.25rem; height: 1.25rem; margin-top: .125rem; border: 2px solid var(--line);
  border-radius: 50% }
li.running { color: var(--text); font-weight: 600 }
li.running small { font-weight: 400 }
li.running::before { border-color: var(--accent); border-right-color: transparent; animation: turn 1s linear infinite }
li.done::before { content: "\\2713"; border-color: var(--accent); color: var(--accent); font: 700 .8rem/1.05rem sans-serif;
  text-align: center }
@keyframes turn { to { transform: rotate(1turn) } }
@media (prefers-reduced-motion: reduce) { li.running::before { animation: none } }
`;

// A request may fail: the start may be aborted, and begun again.
const SCRIPT = `
const items = [...document.querySelectorAll('li')];
const show = (steps) => items.forEach((item, index) => {
  const { state, detail } = steps[index];
  item.className = state;
  item.querySelector('small').textContent = detail ?? '';
});
const lastStep = items.map((_, index) => ({ state: index < items.length - 1 ? 'done' : 'running' }));
const look = async () => {
  try {
    const response = await fetch('/readyz', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (response.ok) return location.reload();
    show((await response.json()).steps ?? lastStep);
  } catch {}
  setTimeout(look, 1000);
};
setTimeout(look, 1000);
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page may run its own script, ask its own server, and do nothing else. */
export const DOCUMENT_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    `script-src ${hashOf(SCRIPT)}`,
    `style-src ${hashOf(STYLE)}`,
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

const itemOf = ({ title, state, detail = '' }: Step): string =>
  `<li class="${state}">${escapeHtml(title)}<small>${escapeHtml(detail)}</small></li>`;

/** The page that is shown while the system starts. It follows the start, and becomes the real page when the system is ready. */
export const documentOf = (steps: readonly Step[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mp3converter is being started</title>
<noscript><meta http-equiv="refresh" content="3"></noscript>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 12h2l2-6 3 14 3-18 3 14 2-4h3"/></svg>mp3converter</p>
<h1>mp3converter is being started</h1>
<p>This page opens by itself when all is ready. The first start takes minutes, and later ones seconds.</p>
<ol aria-live="polite">
${steps.map(itemOf).join('\n')}
</ol>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
