/** The parts of a Dockerfile with which the Tiltfile must agree. */
export interface Dockerfile {
  /** Names of the build arguments (ARG). */
  args: Set<string>;
  /** Files and folders that are copied into the image of a service: their paths in the repository and in the image. */
  copied: { from: string; to: string }[];
  /** The last CMD. */
  command: string[];
}

/** Reads a Dockerfile for one service, without the stages `<other service>-base`. */
export function readDockerfile(text: string, service: string): Dockerfile {
  const read: Dockerfile = { args: new Set(), copied: [], command: [] };
  let workdir = '/';
  let isInImage = true;
  for (const line of text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')) {
    const [word, ...words] = line
      .trim()
      .replace(/\$\{SERVICE\}/g, service)
      .split(/\s+/);
    if (word === 'FROM') {
      const stage = words[2];
      isInImage = !stage?.endsWith('-base') || stage === `${service}-base`;
    }
    if (word === 'ARG') read.args.add(words[0]?.split('=')[0] as string);
    if (word === 'WORKDIR') workdir = words[0] as string;
    if (word === 'COPY' && isInImage && !words[0]?.startsWith('--from=')) {
      const to = words.pop() as string;
      const folder = to.startsWith('/') ? to : `${workdir}/${to}`;
      read.copied.push(...words.map((from) => ({ from, to: folder })));
    }
    if (word === 'CMD') read.command = JSON.parse(words.join(' '));
  }
  return read;
}
