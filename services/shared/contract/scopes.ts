/** What an API key may do: send files, read jobs and MP3s, and change jobs. */
export const SCOPES = ['upload', 'read', 'manage'] as const;
export type Scope = (typeof SCOPES)[number];
