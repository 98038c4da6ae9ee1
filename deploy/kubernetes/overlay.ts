import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { writePrivate } from '../../services/shared/runtime/private-files.ts';
import { DEFAULTS, type ImageNames } from '../docker/image-names.ts';
import type { Cluster } from './cluster.ts';

const overlays = path.join(import.meta.dirname, 'overlays');
/** The overlay for trying the system out, on one machine. */
export const DEFAULT_OVERLAY = 'minikube';

/** Returns the folder of an overlay. Throws, naming the existing ones, if there is none of this name. */
export function overlayFolder(name: string): string {
  const known = readdirSync(overlays);
  if (known.includes(name)) return path.join(overlays, name);
  throw new Error(`--overlay is ${name}; it may be ${known.join(' or ')}.`);
}

/** The properties of an overlay on which other steps depend. */
export interface Traits {
  /** A sink in the cluster takes all mails and delivers none. */
  hasMailSink: boolean;
  /** The overlay itself contains an object of KEDA. */
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

/** Splits an image into its name and tag. The colon before a registry's port does not begin a tag. */
export function splitImage(image: string): { newName: string; newTag: string } {
  const [, newName = image, newTag = 'latest'] = /^(.*?)(?::([^/:]+))?$/.exec(image) ?? [];
  return { newName, newTag };
}

export interface ClusterOverlay {
  overlay: string;
  images: ImageNames;
  publicUrl?: string | undefined;
  /** Adds KEDA to an overlay that scales the converters in another way. */
  keda: boolean;
}

/** The folder on this machine that holds the generated overlay of a cluster. */
export const clusterOverlayFolder = (dataDir: string, context: string): string =>
  path.join(dataDir, 'kubernetes', context.replace(/[^\w.@-]/g, '_'));

/** Writes an overlay on top of another one, with the images and the public URL of one cluster. */
export function writeClusterOverlay(
  folder: string,
  { overlay, images, publicUrl, keda }: ClusterOverlay,
): void {
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
      configMapGenerator: ['gateway', 'auth'].map((name) => ({
        ...{ name, behavior: 'merge', literals: [`PUBLIC_URL=${publicUrl}`] },
      })),
    }),
  };
  writePrivate(path.join(folder, 'kustomization.yaml'), stringify(kustomization));
}
