import { type ComparedSound, compareSound } from '../support/compared-sound.ts';
import type { Row } from './row.ts';
import type { Workshop } from './workshop.ts';

export interface SoundResult {
  row: Row;
  compared: ComparedSound | undefined;
  /** What is wrong. Empty if the row passed. */
  faults: string[];
}

/** Makes the file of a row, and compares what becomes of it and of its sound alone, as the client plans it. */
export const runSoundRow = (workshop: Workshop, row: Row): Promise<SoundResult> =>
  workshop.forRow(async (bench) => {
    const compared = await compareSound(await row.make(bench), row.options);
    return { row, compared, faults: compared.differences };
  });

/** One line of the table: the row, the bytes of the film and of what is sent, and the time of planning. */
export function describeSound({ row, compared, faults }: SoundResult): string {
  const name = `${row.kind.padEnd(14)}${row.name.padEnd(56)}`;
  if (!compared) return `FAIL ${name}`;
  const { filmBytes, sentBytes, planMs } = compared;
  const size = String(filmBytes).padStart(9);
  if (sentBytes === undefined) return `all  ${name}${size}`;
  const share = `${Math.round((100 * sentBytes) / filmBytes)} %`.padStart(6);
  const mark = faults.length === 0 ? 'ok  ' : 'FAIL';
  return `${mark} ${name}${size} → ${String(sentBytes).padStart(9)} ${share}  ${planMs.toFixed(1).padStart(6)} ms`;
}
