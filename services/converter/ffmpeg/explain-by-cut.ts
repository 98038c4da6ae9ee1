import { join } from 'node:path';
import { isCut } from '../completeness/completeness.ts';
import { ConversionFailure } from '../failure.ts';
import { INPUT } from './untrusted-input.ts';

/** Returns `failure`, or the failure `truncated` where the end of `INPUT`, and with it all sound, is missing. */
export async function explainByCut(folder: string, failure: ConversionFailure): Promise<ConversionFailure> {
  if (failure.code === 'truncated' || !(await isCut(join(folder, INPUT)))) return failure;
  return new ConversionFailure('truncated', 'the file ends before its sound begins', failure);
}
