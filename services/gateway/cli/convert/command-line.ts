import { isJobId } from '../../../shared/jobs/job.ts';
import { UsageError } from '../errors.ts';
import { gatewayUrl } from '../gateway-url.ts';
import { type Input, isSet, textOf } from '../syntax/flags.ts';
import { optionsOf } from './option-flags.ts';

/** What `convert`, `probe` and `download` are to do. */
export interface Conversion {
  kind: 'convert';
  /** Films, and folders with films. */
  files: readonly string[];
  /** The jobs to fetch. With a job, `files` is empty. */
  job: string | undefined;
  output: string | undefined;
  /** The gateway's query parameters for the upload. */
  options: Record<string, string>;
  /** Whether all of a film is sent, and not only its sound. */
  whole: boolean;
  /** Whether the files are looked at and not converted. */
  probe: boolean;
  /** Whether the folders in folders are converted, too. */
  recursive: boolean;
  /** A folder whose films are converted as they appear. With it, `files` is empty. */
  watch: string | undefined;
  /** Whether each job or probe is printed as JSON. */
  json: boolean;
  /** Without a slash at the end. */
  url: string;
  email: string | undefined;
  force: boolean;
  quiet: boolean;
}

/** @throws UsageError */
export function readConversion(input: Input, env: NodeJS.ProcessEnv): Conversion {
  const conversion: Conversion = {
    kind: 'convert',
    files: input.operands,
    job: textOf(input, 'job')?.toLowerCase(),
    output: textOf(input, 'output'),
    options: optionsOf(input),
    whole: isSet(input, 'whole'),
    probe: isSet(input, 'probe'),
    recursive: isSet(input, 'recursive'),
    watch: textOf(input, 'watch'),
    json: isSet(input, 'json'),
    url: gatewayUrl(textOf(input, 'url'), env),
    email: textOf(input, 'email'),
    force: isSet(input, 'force'),
    quiet: isSet(input, 'quiet'),
  };
  checkFiles(conversion);
  checkOutput(conversion);
  return conversion;
}

function checkFiles({ files, job, options, probe, watch, recursive }: Conversion): void {
  if (files.length === 0 && job === undefined && watch === undefined) {
    throw new UsageError('Which file? See --help.');
  }
  if (watch !== undefined && (files.length > 0 || job !== undefined || probe)) {
    throw new UsageError('--watch converts what appears in its folder: give it no files, --job or --probe.');
  }
  if (job === undefined) return;
  if (files.length > 0) throw new UsageError('--job fetches a job that was sent before; give it no files.');
  if (Object.keys(options).length > 0)
    throw new UsageError('--job takes no options: the MP3 has those with which its video was sent.');
  if (recursive) throw new UsageError('--recursive is for folders.');
  if (!isJobId(job)) throw new UsageError(`${job} is not the ID of a job.`);
}

function checkOutput({ files, job, output, probe, json, force, watch }: Conversion): void {
  if (probe && (job !== undefined || output !== undefined || force))
    throw new UsageError('--probe makes no MP3: give it neither --job, -o nor --force.');
  if (output === '') throw new UsageError('-o needs a name.');
  if (output !== '-') return;
  if (watch !== undefined) throw new UsageError('--watch needs a folder for its MP3s: -o - is for one file.');
  if (files.length > 1) throw new UsageError('-o - takes one file.');
  if (json) throw new UsageError('-o - and --json both need the standard output: give one of them.');
}
