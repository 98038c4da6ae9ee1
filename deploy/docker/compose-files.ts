import path from 'node:path';

const file = (name: string): string => path.join(import.meta.dirname, name);

/** The files of the system. Auth has a way out only where it needs one, for the providers by which people sign in. */
export const composeFiles = ({ OIDC_PROVIDERS }: Record<string, string | undefined>): string[] => [
  file('compose.yaml'),
  ...(OIDC_PROVIDERS ? [file('compose-providers.yaml')] : []),
];
