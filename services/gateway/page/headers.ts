/** No script may turn text into HTML, because no Trusted Types policy is allowed. */
const NO_POLICY = "'none'";

/**
 * What a browser may do on our pages: load from this gateway alone, run no script of a text, and be shown in no frame of another
 * site. `wasm-unsafe-eval` lets hash-wasm compile WebAssembly; it allows no `eval` of JavaScript. Trusted Types refuse every text
 * that would become HTML or a script.
 * See {@link https://www.w3.org/TR/CSP3/ | Content Security Policy Level 3}.
 */
const contentPolicy = (trustedTypes: string) =>
  [
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
    `trusted-types ${trustedTypes}`,
  ].join('; ');

const headersOf = (trustedTypes: string): Record<string, string> => ({
  'Content-Security-Policy': contentPolicy(trustedTypes),
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
});

/** Response headers of `/operator`, and of the files that are no documents. */
export const PAGE_HEADERS = headersOf(NO_POLICY);

/** Those of `/`. It registers the service worker, whose URL its policy lets through, and nothing else: see app/service-worker.ts. */
export const HOME_HEADERS = headersOf('service-worker');

/**
 * Those of `/docs`. swagger-ui makes HTML of the descriptions, which are in Markdown. It cleans that HTML by DOMPurify, which has a
 * policy of its own, and inserts it as text, which only a policy with the name `default` can let through: see
 * app/docs/description-policy.ts.
 */
export const DOCS_HEADERS = headersOf('default dompurify');

export const headersFor = (path: string): Record<string, string> =>
  path === '/' ? HOME_HEADERS : path === '/docs' ? DOCS_HEADERS : PAGE_HEADERS;
