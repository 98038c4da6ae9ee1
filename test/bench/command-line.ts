import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_FILMS } from './parts/films.ts';
import { isPart, PARTS, type PartName } from './parts.ts';

export const usage = `npm run bench -- [--blobs sqlite|mongodb|postgresql|redis] [--runs 3] [--only memory,convert,…] [--films 20] [--cores 1] [--json FILE] [--curves FILE] [--timeline FILE] [--quick]

Starts a system of its own and measures it. Each row of the output is printed as soon as it is measured, with what is expected, and
with MISSED if that is not met. The last thing is a table of all rows, with the machine. Ctrl-C ends the run with the rows so far.
Times differ between machines and runs, so compare the ratios and medians of one run.

  --blobs    the state store (default sqlite)
  --runs     how often each measurement is repeated (default 3; with --quick 1)
  --cores    keeps the whole system and ffmpeg on that many cores, by taskset (default: all)
  --json     a file for the machine, the commit and all rows with their single values, as JSON
  --curves   a file for the curves of the part queue, as an SVG picture
  --timeline a file for a picture of the stages of one job, as SVG: the run of convert or hour that took the median time
  --films    how many films of one minute the part films sends (default 20). Fifty at most are stored at a time
  --quick    tries the benchmark itself: seconds of film, a few MiB, and no limits
  --only     the parts to run, separated by commas (default: all):
             memory    peak memory while 2 GiB are uploaded and converted
             uploads   speed of resumable uploads, compared with POST /upload, and the gateway's memory
             convert   time from upload to MP3, compared with the ffmpeg of this machine and a current one from PyPI
             hour      the same for a film of 60 minutes
             early     time from the last byte of a resumable upload on a slow line to the MP3
             films     time and CPU until films of one minute that are sent at once are done, compared with ffmpeg alone
             turns     how long clips wait for films of two hours, and for the clips of another user, compared with clips alone
             check     time and CPU of the check of an MP3, compared with ffmpeg that decodes it
             quality   a constant bit rate by three encoders, rated by ViSQOL from PyPI and compared with one encoder
             send      time from a film to its MP3 by the command line, compared with ffmpeg alone, and the bytes sent
             page      time from the drop of a film on the web page to the first sound of its MP3, in Chromium
             blobs     speed of blobs through a sidecar, as they are and in base64
             gridfs    speed of blobs in MongoDB, compared with GridFS by MongoDB's own driver; needs --blobs mongodb
             requests  rate of authorized requests
             logins    how much many wrong logins at once slow down other users
             bogus     how much wrong logins slow down right ones, from one address and from 50
             cancel    time until a cancelled conversion has stopped
             stall     the slowest of fifty uploads, compared with their median
             sweep     cost of one pass of the sweep
             queue     cost of choosing, listing and sweeping with 10 to 10,000 queued jobs, and of each job with 1, 2 and 4 converters
`;

/** The parts that measure the stages of a job. */
const TIMED_PARTS: readonly PartName[] = ['convert', 'hour'];

export interface Choice {
  blobs: string;
  runs: number;
  parts: readonly PartName[];
  isQuick: boolean;
  cores: number | undefined;
  json: string | undefined;
  timeline: string | undefined;
  curves: string | undefined;
  films: number;
}

/** Reads the command line. Returns undefined when help is wanted. Throws an error for the terminal when it is wrong. */
export function readCommandLine(args: readonly string[]): Choice | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      blobs: { type: 'string', default: 'sqlite' },
      runs: { type: 'string' },
      only: { type: 'string', default: Object.keys(PARTS).join(',') },
      cores: { type: 'string' },
      json: { type: 'string' },
      timeline: { type: 'string' },
      curves: { type: 'string' },
      films: { type: 'string', default: String(DEFAULT_FILMS) },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const { blobs, only, quick, json, timeline, curves, films } = values;
  const names = only.split(',');
  const parts = names.filter(isPart);
  const unknown = names.find((name) => !isPart(name));
  if (unknown !== undefined) throw new Error(`There is no part ${unknown}.\n\n${usage}`);
  if (timeline !== undefined && !parts.some((name) => TIMED_PARTS.includes(name)))
    throw new Error(`--timeline needs the part ${TIMED_PARTS.join(' or ')}.\n\n${usage}`);
  if (curves !== undefined && !parts.includes('queue'))
    throw new Error(`--curves needs the part queue.\n\n${usage}`);
  return {
    ...{ blobs, parts, isQuick: quick },
    runs: positive('--runs', values.runs ?? (quick ? '1' : '3')),
    cores: values.cores === undefined ? undefined : positive('--cores', values.cores),
    films: positive('--films', films),
    json: fileOf(json),
    timeline: fileOf(timeline),
    curves: fileOf(curves),
  };
}

/** npm runs the script in the repository, and keeps the caller's folder. */
const fileOf = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(process.env.INIT_CWD ?? '', path);

function positive(name: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new Error(`${name} is ${text}. It must be a whole number from 1 to 9999.\n\n${usage}`);
  return Number(text);
}
