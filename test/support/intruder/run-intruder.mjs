// Runs in a container of the converter, by `node --eval`. It runs the intruder in the place of ffmpeg, by the converter's own code:
// once in the sandbox that this container allows, and once without. It prints JSON, described by `Intrusions` in intruder.ts.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The converter's code in its image. */
const CODE = '/mp3converter/services/converter';
const { openSandbox } = await import(`${CODE}/sandbox/open-sandbox.ts`);
const { tryTool } = await import(`${CODE}/ffmpeg/try-tool.ts`);
const { runTool } = await import(`${CODE}/ffmpeg/run-tool.ts`);

const [intruder] = process.argv.slice(-1);
const { SPOOL_DIR, DAPR_HTTP_PORT = '3500' } = process.env;
const PERL = '/usr/bin/perl';
/** The process of the converter in its container. */
const CONVERTER = '1';
const FILE_BYTES = 1024 * 1024;

async function intrude(mode) {
  const root = await mkdtemp(join(SPOOL_DIR, 'intruder-'));
  const film = join(root, 'neighbour', 'film');
  const folder = join(root, 'job');
  try {
    await mkdir(join(root, 'neighbour'));
    await mkdir(folder);
    const options = { mode, tools: ['ffmpeg', 'ffprobe'], readable: [PERL], folder };
    const { sandbox, missing } = await openSandbox(options, tryTool);
    await writeFile(film, 'a film of somebody else');
    const args = ['-e', intruder, film, DAPR_HTTP_PORT, CONVERTER, process.arch];
    const { output, code, stderr } = await runTool({ path: PERL, sandbox }, args, {
      ...{ folder, timeoutSeconds: 60, signal: new AbortController().signal },
      limits: { fileBytes: FILE_BYTES },
    });
    return { layers: sandbox.layers, missing, output, code, stderr };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

console.log(JSON.stringify({ required: await intrude('required'), off: await intrude('off') }));
