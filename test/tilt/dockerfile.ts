/** The parts of a Dockerfile with which the Tiltfile must agree. */
export interface Dockerfile {
  /** Names of the build arguments (ARG). */
  args: Set<string>;
  /** Files and folders that are copied into the image of a service: their paths in the repository and in the image. */
  copied: { from: string; to: string }[];
  /** The last CMD. */
  command: string[];
}

interface Stage {
  name: string | undefined;
  /** The stages from which it takes files. */
  from: string[];
  copied: Dockerfile['copied'];
}

/** Reads a Dockerfile for one service: the last stage, and those from which it takes files, also through others. */
export function readDockerfile(text: string, service: string): Dockerfile {
  const stages: Stage[] = [];
  const args = new Set<string>();
  let command: string[] = [];
  let workdir = '/';
  for (const line of text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')) {
    const [word, ...words] = line
      .trim()
      .replace(/\$\{SERVICE\}/g, service)
      .split(/\s+/);
    if (word === 'FROM') stages.push({ name: words[2], from: [words[0] as string], copied: [] });
    if (word === 'ARG') args.add(words[0]?.split('=')[0] as string);
    if (word === 'WORKDIR') workdir = words[0] as string;
    if (word === 'COPY') copy(words, workdir, stages.at(-1) as Stage);
    if (word === 'CMD') command = JSON.parse(words.join(' '));
  }
  const used = stagesOf(stages.at(-1) as Stage, stages);
  return { args, command, copied: stages.filter((stage) => used.has(stage)).flatMap(({ copied }) => copied) };
}

function copy(words: string[], workdir: string, stage: Stage): void {
  const [first = ''] = words;
  if (first.startsWith('--from=')) {
    stage.from.push(first.slice('--from='.length));
    return;
  }
  const to = words.pop() as string;
  const folder = to.startsWith('/') ? to : `${workdir}/${to}`;
  stage.copied.push(...words.map((from) => ({ from, to: folder })));
}

function stagesOf(stage: Stage, stages: readonly Stage[], found = new Set<Stage>()): ReadonlySet<Stage> {
  found.add(stage);
  for (const next of stages) if (stage.from.includes(String(next.name))) stagesOf(next, stages, found);
  return found;
}
