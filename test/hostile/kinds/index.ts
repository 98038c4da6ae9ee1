import { randomNumbers } from '../../support/random.ts';
import { type HostileFile, titleOf } from '../hostile-file.ts';
import type { Targets } from '../witnesses/targets.ts';
import { bombFiles } from './bombs.ts';
import { cutFiles } from './cuts.ts';
import { embeddedFiles } from './embedded.ts';
import { mutationFiles } from './mutations.ts';
import { textFiles } from './plain-text.ts';
import { referenceFiles } from './references.ts';

export interface CorpusOptions {
  seed: number;
  /** Number of files with changed headers. */
  mutations: number;
  /** Only files whose kind and name match this regular expression. */
  only: string;
  /** Whether only a few of the texts and of the cut files are taken, chosen by the seed. */
  isShort: boolean;
}

/** One of so many texts and cut files is taken in a short run. */
const SHORT_SHARE = 16;

/** All files of a run, always the same and in the same order for the same options. */
export function hostileFiles(
  { seed, mutations, only, isShort }: CorpusOptions,
  targets: Targets,
): HostileFile[] {
  const random = randomNumbers(seed);
  const chosen = (files: HostileFile[]) => (isShort ? files.filter(() => random(SHORT_SHARE) === 0) : files);
  const pattern = new RegExp(only);
  return [
    ...[...bombFiles(), ...embeddedFiles(targets), ...referenceFiles(targets)],
    ...[...chosen(textFiles(targets)), ...chosen(cutFiles()), ...mutationFiles(seed, mutations)],
  ].filter((file) => pattern.test(titleOf(file)));
}
