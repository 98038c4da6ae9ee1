import { keepMarkdownElements } from './description-policy.ts';

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML: (html: string) => string }): unknown;
}

/** Lets swagger-ui insert the HTML of descriptions, and nothing else. A browser without Trusted Types needs nothing. */
export function allowDescriptions(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', { createHTML: keepMarkdownElements });
}
