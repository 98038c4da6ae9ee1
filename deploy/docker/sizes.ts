import { formatSize } from '../../services/shared/runtime/format.ts';
import type { dockerAt } from './docker-client.ts';

interface Layer {
  image: string;
  size: number;
  by: string;
}

/** A table with one line per image: its size, and its layers of at least 5 MB. Images on disk share common layers. */
export async function sizeTable(
  images: readonly string[],
  docker: ReturnType<typeof dockerAt>,
): Promise<string> {
  const rows = await Promise.all(
    images.map(async (image) => {
      const history = await docker('Looking at an image', [
        ...['history', '--no-trunc', '--human=false', '--format', '{{.Size}}\t{{.CreatedBy}}', image],
      ]);
      const layers = history.split('\n').flatMap((line): Layer[] => {
        const [size = '', by = ''] = line.split('\t');
        return /^\d+$/.test(size) ? [{ image, size: Number(size), by }] : [];
      });
      const total = layers.reduce((sum, { size }) => sum + size, 0);
      const large = layers
        .filter(({ size }) => size >= 5e6)
        .map(({ size, by }) => `${formatSize(size)} ${layerName(by)}`);
      return [image, formatSize(total), large.join(', ')];
    }),
  );
  const width = (column: number): number => Math.max(...rows.map((row) => (row[column] ?? '').length));
  return rows
    .map(([image = '', total = '', layers = '']) =>
      `${image.padEnd(width(0))}  ${total.padStart(width(1))}  ${layers}`.trimEnd(),
    )
    .join('\n');
}

/** A short name of a layer, from its command: `/bin/sh -c #(nop) COPY dir:5f… in node_modules` becomes `COPY node_modules`. */
export function layerName(by: string): string {
  const copied = /COPY .* in (\S+)/.exec(by)?.[1] ?? /COPY .*?(\S+) # buildkit/.exec(by)?.[1];
  if (copied !== undefined) return `COPY ${copied}`;
  if (/npm (ci|install)/.test(by)) return 'npm';
  const packages = /apt-get install .*?--no-install-recommends (.+?)(?: *&&|$)/.exec(by)?.[1];
  return packages === undefined ? 'base' : packages.trim();
}
