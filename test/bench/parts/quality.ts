import { join } from 'node:path';
import { report as print } from '../../../deploy/process/terminal.ts';
import { NotJoinable } from '../../../services/converter/failure.ts';
import { pythonWith } from '../../polyglot/python-packages.ts';
import type { Bench } from '../bench.ts';
import { type ComparedQuality, compareQuality } from '../quality/compared-quality.ts';
import { QUALITY_KINDS } from '../quality/quality-kinds.ts';
import { type Scores, worstDifference } from '../quality/visqol.ts';
import { median } from '../statistics.ts';

const requirements = join(import.meta.dirname, '../quality/requirements.txt');
const QUICK_KINDS = 2;
/** Of the MOS, on its scale from 1 to 5. */
const MOST_DIFFERENCE = { atMost: 0.02 };

/**
 * Compares the quality of a constant bit rate by several encoders with that of one, by ViSQOL. Each kind of sound is encoded once,
 * because the same sound makes the same MP3.
 */
export async function quality({ isQuick, filmDir, report, signal }: Bench): Promise<void> {
  const python = await pythonWith(requirements, print, signal).catch((error: Error) => error);
  signal.throwIfAborted();
  const kinds = isQuick ? QUALITY_KINDS.slice(0, QUICK_KINDS) : QUALITY_KINDS;
  const compared: ComparedQuality[] = [];
  report.heading('A constant bit rate by three encoders, compared with one, by ViSQOL (one → three)');
  if (python instanceof Error) {
    const [notMeasured = ''] = python.message.split('\n', 1);
    return report.row({ name: 'ViSQOL', values: [], unit: 'MOS', notMeasured });
  }
  for (const kind of kinds) {
    const name = `${kind.name}, ${kind.bitrate} kbps`;
    try {
      const result = await compareQuality(kind, { python, folder: filmDir, signal });
      compared.push(result);
      reportKind(name, result, report);
    } catch (error) {
      if (!(error instanceof NotJoinable)) throw error;
      report.row({
        name,
        values: [],
        unit: 'MOS',
        notMeasured: 'its parts do not fit together, so one encoder makes it',
      });
    }
  }
  report.heading(`All ${compared.length} together`);
  reportAll(compared, report);
}

const whole = ({ audio, speech = [] }: ComparedQuality): Scores[] =>
  [...audio, ...speech].map((channel) => channel.whole);
const round = ({ audio }: ComparedQuality): Scores[] => audio.flatMap(({ windows }) => windows);

function reportKind(name: string, result: ComparedQuality, report: Bench['report']): void {
  const { audio, speech, isSame, windows, decibelsLost } = result;
  const mos = { unit: 'MOS', digits: 3 };
  const channels = (all: typeof audio) =>
    all.map((each) => each.whole.map(describe).join(' → ')).join(' and ');
  const notes = [channels(audio), ...(speech ? [`as speech ${channels(speech)}`] : [])];
  const note = `${notes.join(', ')}${isSame ? ', the same samples' : ''}`;
  const all = whole(result);
  report.row({
    ...mos,
    name: `${name}: difference`,
    values: [worstDifference(all)],
    limit: MOST_DIFFERENCE,
    note,
  });
  if (isSame) return;
  const rated = `${round(result).length} of ${windows * audio.length} windows differ`;
  const atJoins = [worstDifference(round(result))];
  report.row({ ...mos, name: `${name}: at the joins`, values: atJoins, limit: MOST_DIFFERENCE, note: rated });
  report.row({ name: `${name}: SNR of 200 ms, lost`, values: [decibelsLost], unit: 'dB', digits: 3 });
}

const describe = (mos: number | null): string => (mos === null ? 'silence' : mos.toFixed(3));

function reportAll(compared: readonly ComparedQuality[], report: Bench['report']): void {
  const wholes = compared.flatMap(({ audio }) => audio.map((channel) => channel.whole));
  const mos = { unit: 'MOS', digits: 3 };
  const scores = (which: 0 | 1) => [median(wholes.flatMap((pair) => pair[which] ?? []))];
  const differing = compared.filter(({ isSame }) => !isSame);
  const worst = (of: typeof whole) => [worstDifference(compared.flatMap(of))];
  report.row({ ...mos, name: 'one encoder, median', values: scores(0) });
  report.row({ ...mos, name: 'three encoders, median', values: scores(1) });
  report.row({ ...mos, name: 'the largest difference', values: worst(whole), limit: MOST_DIFFERENCE });
  report.row({ ...mos, name: 'the largest at a join', values: worst(round), limit: MOST_DIFFERENCE });
  const lost = Math.max(0, ...differing.map(({ decibelsLost }) => decibelsLost));
  report.row({ name: 'SNR of 200 ms, lost at most', values: [lost], unit: 'dB', digits: 3 });
  report.row({
    name: 'sounds with other samples',
    values: [differing.length],
    unit: `of ${compared.length}`,
    digits: 0,
  });
}
