import { readdirSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { DEFAULTS, type ImageNames } from '../docker/image-names.ts';
import { writePrivate } from '../local/private-files.ts';

const overlays = path.join(import.meta.dirname, 'overlays');

/** The folder of an overlay; the error names those that there are. */
export function overlayFolder(name: string): string {
  const known = readdirSync(overlays);
  if (known.includes(name)) return path.join(overlays, name);
  throw new Error(`--overlay is ${name}; it may be ${known.join(' or ')}.`);
}

/** Whether mails stay in the cluster. */
export const hasMailSink = (overlay: string): boolean => overlay === 'minikube';

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

/** Lays what was chosen for this cluster over an overlay, in a folder of its own; returns that. */
export function writeOverlay(dataDir: string, { overlay, images, publicUrl, keda }: Choice): string {
  const folder = path.join(dataDir, 'kubernetes');
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
  return folder;
}
