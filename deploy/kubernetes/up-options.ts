import type { ParseArgsOptionsConfig } from 'node:util';

/** What `npm run k8s:up` may be told besides --context and --help. `npm run test:k8s` takes the same, and passes it on. */
export const UP_OPTIONS = {
  overlay: { type: 'string' },
  registry: { type: 'string' },
  load: { type: 'string' },
  images: { type: 'boolean' },
  secrets: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;
