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
  /** Whether only a few of the files are taken that are the same for each seed. The seed chooses them. */
  isShort: boolean;
}

/** One of so many files is taken in a short run: of texts and cut files, and of the others. */
const FEW = 16;
const SOME = 4;

/** All files of a run, always the same and in the same order for the same options. */
export function hostileFiles(
  { seed, mutations, only, isShort }: CorpusOptions,
  targets: Targets,
): HostileFile[] {
  const random = randomNumbers(seed);
  const one = (share: number, files: HostileFile[]): HostileFile[] =>
    isShort ? files.filter(() => random(share) === 0) : files;
  const pattern = new RegExp(only);
  return [
    ...one(SOME, [...bombFiles(), ...embeddedFiles(targets), ...referenceFiles(targets)]),
    ...one(FEW, [...textFiles(targets), ...cutFiles()]),
    ...mutationFiles(seed, mutations),
  ].filter((file) => pattern.test(titleOf(file)));
}
