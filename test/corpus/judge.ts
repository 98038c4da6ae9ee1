import type { Outcome } from './convert.ts';
import type { Expected, ExpectedPiece, ExpectedWarning, Mp3 } from './expected.ts';
import { findPiece, loudestDb, type Pcm } from './measure.ts';

/** Where a piece is looked for, around its place. */
const SEARCH_SECONDS = 0.1;
/** Where it is looked for after that, to say where it is instead. */
const FAR_SECONDS = 2.2;
/** No wrong place reaches this correlation. */
const SURE = 0.75;
/** A piece that is shorter cannot be told from others. */
const LEAST_SECONDS = 0.08;
/** What a codec leaves of the sound beside it. */
const SILENT_DB = -60;
/** How exact the numbers of a warning are. */
const WARNING_SECONDS = 0.35;
/** Tolerance where a file is compared with ffmpeg's own decoding of it. */
const BY_HAND_SECONDS = 0.05;

/** Compares an MP3 with what was expected. Returns what is wrong, one short text each. */
export function judge(expected: Expected, outcome: Outcome, secondsByHand?: number): string[] {
  if ('failures' in expected) {
    if ('failure' in outcome) return expected.failures.includes(outcome.failure) ? [] : [failed(outcome)];
    return [`converted, with ${lengthOf(outcome.pcm)} samples`];
  }
  if ('failure' in outcome) return [failed(outcome)];
  const { mp3 } = expected;
  return [
    ...judgeFormat(mp3, outcome.pcm, secondsByHand),
    ...(outcome.pcm.channels.length === mp3.channels ? judgeSound(mp3, outcome.pcm) : []),
    ...judgeWarnings(mp3, outcome.warnings),
  ];
}

const failed = ({ failure, detail }: { failure: string; detail: string }) => `${failure}: ${detail}`;
const lengthOf = (pcm: Pcm): number => pcm.channels[0]?.length ?? 0;

function judgeFormat(mp3: Mp3, pcm: Pcm, secondsByHand: number | undefined): string[] {
  const faults: string[] = [];
  if (pcm.rate !== mp3.rate && pcm.rate !== mp3.otherRate) faults.push(`${pcm.rate} Hz`);
  if (pcm.channels.length !== mp3.channels) faults.push(`${pcm.channels.length} channels`);
  const scale = pcm.rate === mp3.otherRate ? pcm.rate / mp3.rate : 1;
  const [least, most] = [mp3.length[0] * scale, mp3.length[1] * scale];
  const length = lengthOf(pcm);
  if (length < least || (length > most && !isPaddingCutOff(length, most, pcm.rate)))
    faults.push(`${length} samples (${(length / pcm.rate).toFixed(3)} s)`);
  if (secondsByHand !== undefined && Math.abs(length / pcm.rate - secondsByHand) > BY_HAND_SECONDS)
    faults.push(
      `${(length / pcm.rate).toFixed(3)} s, where ffmpeg by hand makes ${secondsByHand.toFixed(3)} s`,
    );
  return faults;
}

/**
 * ffmpeg states no more than a frame and 529 samples of padding in the LAME tag. Where LAME has added more, players play up
 * to 46 samples of it.
 */
function isPaddingCutOff(length: number, samples: number, rate: number): boolean {
  const frame = rate >= 32_000 ? 1152 : 576;
  // `lame_encode_flush`: at least 576 samples, to the end of a frame.
  const rest = frame - ((samples + LAME_DELAY) % frame);
  const padding = rest < LAME_DELAY ? rest + frame : rest;
  return length === samples + Math.max(0, padding - frame - 529);
}
const LAME_DELAY = 576;

function judgeSound(mp3: Mp3, pcm: Pcm): string[] {
  const faults = mp3.pieces.flatMap((piece) => judgePiece(piece, pcm));
  for (const [from, to] of mp3.silences) {
    const loudest = loudestDb(pcm, from, to);
    if (loudest > SILENT_DB) faults.push(`${loudest.toFixed(0)} dBFS in the silence of ${span(from, to)}`);
  }
  const peak = pcm.channels.reduce(
    (most, channel) => channel.reduce((a, b) => Math.max(a, Math.abs(b)), most),
    0,
  );
  if (peak > 1) faults.push(`peaks of ${(20 * Math.log10(peak)).toFixed(2)} dBFS`);
  return faults;
}

const span = (from: number, to: number) => `${from.toFixed(2)} to ${to.toFixed(2)} s`;

function judgePiece({ piece, tolerance, ...least }: ExpectedPiece, pcm: Pcm): string[] {
  if (piece.seconds < LEAST_SECONDS) return [];
  const where = `sound of ${span(piece.at, piece.at + piece.seconds)}`;
  const correlation = Math.min(SURE, least.worst);
  const maxLag = Math.round((SEARCH_SECONDS + tolerance) * pcm.rate);
  const found = findPiece(pcm, piece, { maxLag, least: correlation });
  if (found.lag === undefined) {
    const far = findPiece(pcm, piece, { maxLag: Math.round(FAR_SECONDS * pcm.rate), least: correlation });
    const place = far.lag === undefined ? 'is missing' : `is ${(far.lag / pcm.rate).toFixed(4)} s late`;
    return [`${where} ${place}`];
  }
  const faults: string[] = [];
  if (Math.abs(found.lag) > tolerance * pcm.rate) faults.push(`${found.lag.toFixed(1)} samples late`);
  if (Math.abs(found.levelDb) > least.levelDb) faults.push(`${found.levelDb.toFixed(2)} dB off`);
  if (found.snrDb < least.snrDb) faults.push(`${found.snrDb.toFixed(1)} dB of noise ratio`);
  if (found.worst < least.worst)
    faults.push(`correlation ${found.worst.toFixed(3)} at ${found.worstAt.toFixed(2)} s`);
  return faults.map((fault) => `${where}: ${fault}`);
}

function judgeWarnings(mp3: Mp3, warnings: readonly ExpectedWarning[]): string[] {
  const faults: string[] = [];
  for (const expected of mp3.warnings) {
    const codes = expected.code.split('|');
    const near = warnings.filter(({ code }) => codes.includes(code));
    const fits = near.some((warning) =>
      (['seconds', 'of_seconds', 'at_seconds'] as const).every((field) => {
        const value = expected[field];
        return value === undefined || Math.abs((warning[field] ?? Number.NaN) - value) <= WARNING_SECONDS;
      }),
    );
    if (!fits)
      faults.push(near.length === 0 ? `no warning ${expected.code}` : `warning ${JSON.stringify(near)}`);
  }
  const known = [...mp3.warnings.flatMap(({ code }) => code.split('|')), ...mp3.optionalWarnings];
  const surplus = warnings.filter(({ code }) => !known.includes(code));
  return [...faults, ...surplus.map((warning) => `unexpected warning ${JSON.stringify(warning)}`)];
}
