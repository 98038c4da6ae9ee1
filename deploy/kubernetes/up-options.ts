import type { ParseArgsOptionsConfig } from 'node:util';

/** The options of `npm run k8s:up` besides --context and --help. `npm run test:k8s` accepts them too, and passes them on. */
export const UP_OPTIONS = {
  overlay: { type: 'string' },
  registry: { type: 'string' },
  load: { type: 'string' },
  images: { type: 'boolean' },
  secrets: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;
