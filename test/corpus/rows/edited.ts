import type { CodecName } from '../codecs.ts';
import type { ContainerName } from '../containers.ts';
import { makeFilm } from '../film.ts';
import { replaceAll } from '../replace-all.ts';
import type { Row } from '../row.ts';

/** Makes a film in which a text stands in place of another one. */
export function edited(container: ContainerName, codec: CodecName, from: string, to: string): Row['make'] {
  return async (bench) => bench.edit(await makeFilm(bench, { container, codec }), replaceAll(from, to));
}
