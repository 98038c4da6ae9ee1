import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

/** The kinds of infrastructure that can be chosen, each by a folder of components. */
export const KINDS = ['pubsub', 'blobs', 'mail'] as const;
export type Kind = (typeof KINDS)[number];
/** For each kind, the name of a folder in components/<kind>/, or a path with a slash. Default: the folder in dapr.yaml. */
export type Choice = Partial<Record<Kind, string>>;

const kindFolder = (root: string, kind: Kind): string => path.join(root, 'components', kind);

export const namesOf = (root: string, kind: Kind): string[] =>
  readdirSync(kindFolder(root, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** The absolute path of the chosen folder. Throws with the possible names if there is none. */
export function folderOf(root: string, kind: Kind, name: string): string {
  const folder = name.includes('/') ? path.resolve(root, name) : path.join(kindFolder(root, kind), name);
  if (name !== '' && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new Error(
    `--${kind} is ${name}; it may be ${namesOf(root, kind).join(', ')}, or ./path/to/a/folder of your own.`,
  );
}

/** Replaces the folders that dapr.yaml names by the chosen ones. */
export function withChoice(resources: string[], root: string, choice: Choice): string[] {
  return resources.map((resource) => {
    const kind = KINDS.find((kind) => path.dirname(resource) === kindFolder(root, kind));
    const name = kind && choice[kind];
    return name === undefined ? resource : folderOf(root, kind as Kind, name);
  });
}

interface Component {
  kind?: string;
  spec?: { type?: string; metadata?: { secretKeyRef?: { key: string } }[] };
}

function componentsIn(folders: readonly string[]): Component[] {
  const documents = folders.flatMap((folder) =>
    globSync('*.{yaml,yml}', { cwd: folder }).flatMap((file) =>
      parseAllDocuments(readFileSync(path.join(folder, file), 'utf8')).map(
        (document) => document.toJS() as Component | null,
      ),
    ),
  );
  return documents.flatMap((document) => (document?.kind === 'Component' ? [document] : []));
}

/** The keys of the secrets that the components in these folders use. They tell which servers are needed. */
export function secretsOf(folders: readonly string[]): Set<string> {
  const settings = componentsIn(folders).flatMap(({ spec }) => spec?.metadata ?? []);
  return new Set(settings.flatMap(({ secretKeyRef }) => (secretKeyRef ? [secretKeyRef.key] : [])));
}

/** The types of the components in these folders, such as `bindings.smtp`. */
export const typesOf = (folders: readonly string[]): Set<string> =>
  new Set(componentsIn(folders).flatMap(({ spec }) => spec?.type ?? []));
