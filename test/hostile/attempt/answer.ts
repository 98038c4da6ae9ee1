import type { Documented } from './oracle.ts';

/** What somebody gets to know of a file that was converted or probed. */
export interface Answer {
  /** `mp3`, `described`, a code, or `error` for what is no documented end. */
  code: string;
  /** Every text and number of the answer, as JSON. It repeats texts of the file, such as its title. */
  text: string;
  /** The sentences that we wrote ourselves: the details of the error and of the warnings. */
  sentences: readonly string[];
  warnings: readonly string[];
  /** What only the log gets to know, for the report of a run. */
  internal?: string;
}

/** Bytes of an answer about a file. A job is a document of the store. */
const MAX_ANSWER_BYTES = 512 * 1024;

/** What only a program would say: a path, a stack, a name of a tool, or its log. */
const INTERNAL = [
  /\bat \S+ \(?(?:file:|node:|\/)/,
  /\/tmp\/|\/spool\/|node_modules|\.ts:\d+/,
  /ffprobe|\bSIG[A-Z]{3,}|\bE[A-Z]{4,}\b: /,
  /\[[\w,]+ @ 0x[\da-f]+\]/,
  /undefined is not|is not a function|Cannot read propert/,
];

/** What is wrong with an answer, as sentences. */
export function faultsOf(
  { code, text, sentences, warnings }: Answer,
  documented: Documented,
  ok: string,
): string[] {
  const faults: string[] = [];
  if (code !== ok && !documented.failures.has(code)) faults.push(`the answer «${code}» is not documented`);
  for (const warning of warnings)
    if (!documented.warnings.has(warning)) faults.push(`the warning «${warning}» is not documented`);
  if (text.length > MAX_ANSWER_BYTES) faults.push(`the answer has ${text.length} bytes`);
  for (const pattern of INTERNAL) {
    const [found] = pattern.exec(sentences.join('\n')) ?? [];
    if (found !== undefined) faults.push(`the answer tells «${found}»`);
  }
  return faults;
}
