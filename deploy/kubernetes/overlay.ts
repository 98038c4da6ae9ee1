import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { DEFAULTS, type ImageNames } from '../docker/image-names.ts';
import { writePrivate } from '../process/private-files.ts';
import type { Cluster } from './cluster.ts';

const overlays = path.join(import.meta.dirname, 'overlays');
/** Where things are tried out. */
export const BY_DEFAULT = 'minikube';

/** The folder of an overlay; the error names those that there are. */
export function overlayFolder(name: string): string {
  const known = readdirSync(overlays);
  if (known.includes(name)) return path.join(overlays, name);
  throw new Error(`--overlay is ${name}; it may be ${known.join(' or ')}.`);
}

/** What an overlay brings that decides what else is done. */
export interface Traits {
  /** Mails stay in the cluster. */
  hasMailSink: boolean;
  /** It scales by KEDA itself. */
  needsKeda: boolean;
}

export async function traitsOf(overlay: string, cluster: Pick<Cluster, 'ask'>): Promise<Traits> {
  const text = await cluster.ask(['kustomize', overlayFolder(overlay)]);
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  return {
    hasMailSink: objects.some(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'maildev'),
    needsKeda: objects.some(({ kind }) => kind === 'ScaledObject'),
  };
}

/** Name and tag of an image; the colon of a registry's port is none of a tag. */
export function splitImage(image: string): { newName: string; newTag: string } {
  const [, newName = image, newTag = 'latest'] = /^(.*?)(?::([^/:]+))?$/.exec(image) ?? [];
  return { newName, newTag };
}

export interface Choice {
  overlay: string;
  images: ImageNames;
  publicUrl?: string | undefined;
  /** Converters are scaled by KEDA, whatever the overlay says. */
  keda: boolean;
}

/** Where what is chosen for a cluster is kept on this machine. */
export const choiceFolder = (dataDir: string, context: string): string =>
  path.join(dataDir, 'kubernetes', context.replace(/[^\w.@-]/g, '_'));

/** Lays what was chosen for a cluster over an overlay. */
export function writeChoice(folder: string, { overlay, images, publicUrl, keda }: Choice): void {
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'mp3converter',
    resources: [path.relative(folder, overlayFolder(overlay))],
    ...(keda && { components: [path.relative(folder, path.join(import.meta.dirname, 'scaling/keda'))] }),
    images: Object.entries(DEFAULTS)
      .filter(([variable, image]) => images[variable as keyof ImageNames] !== image)
      .map(([variable, image]) => ({
        name: splitImage(image).newName,
        ...splitImage(images[variable as keyof ImageNames]),
      })),
    ...(publicUrl && {
      configMapGenerator: [{ name: 'gateway', behavior: 'merge', literals: [`PUBLIC_URL=${publicUrl}`] }],
    }),
  };
  writePrivate(path.join(folder, 'kustomization.yaml'), stringify(kustomization));
}
