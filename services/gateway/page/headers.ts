/**
 * What a browser may do on our pages: load from this gateway alone, run no script of a text, and be shown in no frame of another
 * site. `wasm-unsafe-eval` lets hash-wasm compile WebAssembly; it allows no `eval` of JavaScript. Trusted Types refuse every text
 * that would become HTML or a script.
 * See {@link https://www.w3.org/TR/CSP3/ | Content Security Policy Level 3}.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Response headers of all files of the page. */
export const PAGE_HEADERS: Record<string, string> = {
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};
