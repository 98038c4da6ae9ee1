import { isJobId } from '../../../shared/jobs/job.ts';
import { gatewayUrl, parseArguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { completeNormalize, optionFlags, optionsOf, optionUsage } from './option-flags.ts';

export const usage = `npm run convert -- movie.mp4 [more files ...] [-o movie.mp3]
npm run convert -- --job ID [-o movie.mp3]
npm run convert -- --probe movie.mp4

Sends videos to the gateway, waits for the MP3s, and fetches them.

  -o, --output PATH      where the MP3 goes: a file, a folder, or - for the standard output
                         (default: the video's name with .mp3, in this folder)
  -f, --force            overwrite
      --job ID           wait for and fetch a job that was sent before
      --whole            send all of each film, and not only its sound
      --probe            print tracks, length and tags, and what MP3 to expect, without converting
      --json             print each job or probe as JSON on the standard output, one object a line
      --url URL          the gateway (default: $MP3_URL, or http://localhost:$GATEWAY_PORT, or port 8080)
      --email ADDR       the account (default: $MP3_EMAIL, or one that is created at the first use)
  -q, --quiet            print only errors
  -h, --help
      --version

${optionUsage}
The password of an existing account comes from $MP3_PASSWORD, or you are asked for it.
Sends only the sound of a film, where the MP3 is certain to be the same. Waits for a busy gateway.
Resumes what an interrupted run has sent or downloaded.
With \`-o -\` or \`--json\` write \`npm run --silent convert -- ...\`, because npm itself prints to the standard output.
Exit code: 0 success, 1 failure, 2 invalid command line, 130 interrupted.
`;

export interface Conversion {
  kind: 'convert';
  files: string[];
  /** The job to fetch. With a job, `files` is empty. */
  job: string | undefined;
  output: string | undefined;
  /** The gateway's query parameters for the upload. */
  options: Record<string, string>;
  /** Whether all of a film is sent, and not only its sound. */
  whole: boolean;
  /** Whether the files are looked at and not converted. */
  probe: boolean;
  /** Whether each job or probe is printed as JSON. */
  json: boolean;
  /** Without a slash at the end. */
  url: string;
  email: string | undefined;
  force: boolean;
  quiet: boolean;
}

export type Command = { kind: 'help' } | { kind: 'version' } | Conversion;

const options = {
  output: { type: 'string', short: 'o' },
  job: { type: 'string' },
  url: { type: 'string' },
  email: { type: 'string' },
  whole: { type: 'boolean', default: false },
  probe: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  force: { type: 'boolean', short: 'f', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

/** @throws UsageError */
export function parseCommand(args: string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals: files } = parseArguments({
    args: completeNormalize(args),
    allowPositionals: true,
    options: { ...optionFlags, ...options },
  });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const { job, output, email } = values;
  const conversionOptions = optionsOf(values);
  if (files.length === 0 && job === undefined) throw new UsageError('Which file? See --help.');
  if (job !== undefined) {
    if (files.length > 0) throw new UsageError('--job fetches a job that was sent before; give it no files.');
    if (Object.keys(conversionOptions).length > 0)
      throw new UsageError('--job takes no options: the MP3 has those with which its video was sent.');
    if (!isJobId(job.toLowerCase())) throw new UsageError(`${job} is not the ID of a job.`);
  }
  if (values.probe && (job !== undefined || output !== undefined || values.force))
    throw new UsageError('--probe makes no MP3: give it neither --job, -o nor --force.');
  if (output === '') throw new UsageError('-o needs a name.');
  if (output === '-' && files.length > 1) throw new UsageError('-o - takes one file.');
  if (output === '-' && values.json)
    throw new UsageError('-o - and --json both need the standard output: give one of them.');
  return {
    kind: 'convert',
    files,
    job: job?.toLowerCase(),
    output,
    options: conversionOptions,
    whole: values.whole,
    probe: values.probe,
    json: values.json,
    url: gatewayUrl(values.url, env),
    email,
    force: values.force,
    quiet: values.quiet,
  };
}
