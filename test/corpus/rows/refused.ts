import type { CodecName } from '../codecs.ts';
import { type ContainerName, containerOf } from '../containers.ts';
import type { Expected } from '../expected.ts';
import { makeFilm, pictureInput } from '../film.ts';
import type { Row } from '../row.ts';
import type { Bench } from '../workshop.ts';
import { edited } from './edited.ts';
import { makeTracks } from './tracks.ts';

/** Files that can never become an MP3, each for another reason. */
const REFUSED: [name: string, codes: string[], make: Row['make']][] = [
  [
    'mkv · sound in a codec that nobody knows',
    ['unsupported_codec'],
    edited('mkv', 'tta', 'A_TTA1', 'A_XYZ1'),
  ],
  ['mp4 · sound in a codec that nobody knows', ['unsupported_codec'], edited('mp4', 'ac3', 'ac-3', 'zz-3')],
  [
    'mov · sound in a codec that nobody knows',
    ['unsupported_codec'],
    edited('mov', 'pcm_s24le', 'in24', 'zz24'),
  ],
  ['mkv · picture alone', ['no_audio'], (bench) => pictureAlone(bench, 'mkv')],
  ['mp4 · picture alone', ['no_audio'], (bench) => pictureAlone(bench, 'mp4')],
  ['ts · picture alone', ['no_audio'], (bench) => pictureAlone(bench, 'ts')],
  ['mkv · a track without packets', ['no_audio'], (bench) => emptyTrack(bench, 'mkv', 'flac')],
  ['mov · a track without packets', ['no_audio'], (bench) => emptyTrack(bench, 'mov', 'pcm_s16le')],
  ['wav · no samples', ['no_audio'], (bench) => emptyTrack(bench, 'wav', 'pcm_s16le')],
  ['mp4 · encrypted by CENC', ['encrypted'], encrypted],
  ['text', ['not_media'], (bench) => bench.write('This is no film.\n'.repeat(500))],
  ['subtitles', ['not_media'], (bench) => bench.write('1\n00:00:01,000 --> 00:00:02,000\nHello\n\n')],
  ['PNG', ['not_media'], (bench) => bench.ffmpeg(...pictureInput(0.04), '-frames:v', '1', '-f', 'image2')],
  ['zeros', ['not_media'], (bench) => bench.write(Buffer.alloc(300_000))],
];

function pictureAlone(bench: Bench, container: ContainerName): Promise<string> {
  const { video = [], mux } = containerOf(container);
  return bench.ffmpeg(...pictureInput(2), ...video, ...mux);
}

const emptyTrack = (bench: Bench, container: ContainerName, codec: CodecName): Promise<string> =>
  makeTracks(bench, container, [{ codec, voice: 'main', isEmpty: true }]);

const CENC = ['-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', '00112233445566778899aabbccddeeff'];
function encrypted(bench: Bench): Promise<string> {
  const output = [...CENC, '-encryption_kid', 'ffeeddccbbaa99887766554433221100'];
  return makeFilm(bench, { container: 'mp4', codec: 'aac', output });
}

const refused = ([name, failures, make]: (typeof REFUSED)[number]): Row => ({
  ...{ kind: 'streams', name, make },
  expected: { failures } satisfies Expected,
});

/** Files that have to fail, each for its own reason. */
export const refusedRows: Row[] = REFUSED.map(refused);
