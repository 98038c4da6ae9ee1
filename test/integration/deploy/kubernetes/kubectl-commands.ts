import { existsSync } from 'node:fs';
import path from 'node:path';
import { completeSecrets } from '../../../../deploy/kubernetes/secret-objects.ts';
import { type Manifest, workloadsOf } from './rendered.ts';

/** The fenced blocks of a language in a Markdown file, without their indentation in lists. */
export const blocksOf = (markdown: string, language: string): string[] =>
  [...markdown.matchAll(/^( *)```(\w+)\n([\s\S]*?)^ *```$/gm)]
    .filter(([, , found]) => found === language)
    .map(([, indentation = '', , text = '']) => text.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''));

/** All shell code of a Markdown file: its `sh` blocks and its inline code. */
export function shellCodeOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text.replaceAll('\\|', '|'));
  return [...blocksOf(markdown, 'sh'), ...inline];
}

/** Splits shell code into simple commands, each a list of words without quotes. */
export function commandsOf(code: string): string[][] {
  const text = code.replaceAll('\\\n', ' ').replaceAll(/(^|\s)#.*$/gm, '$1');
  const commands: string[][] = [[]];
  for (const [token] of text.matchAll(/\n|&&|[|;]|(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"';|&])+/g))
    if (/^(\n|&&|[|;])$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(token.replaceAll(/["']/g, ''));
  return commands.filter((words) => words.length > 0);
}

/** Everything in the namespace that a command may name. */
export interface ClusterNames {
  /** As `kind/name`, with the kind in lower case and in the singular. */
  objects: ReadonlySet<string>;
  /** The labels of all pods. */
  labels: readonly Record<string, string>[];
  containers: ReadonlySet<string>;
  /** As `secret/key`. */
  secretKeys: ReadonlySet<string>;
}

export function namesIn(manifests: readonly Manifest[]): ClusterNames {
  const workloads = workloadsOf(manifests);
  const members = manifests
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap(({ metadata, spec }) =>
      Array.from({ length: spec.replicas }, (_, index) => {
        const pod = `${metadata.name}-${index}`;
        const claims: Manifest[] = spec.volumeClaimTemplates ?? [];
        return [`pod/${pod}`, ...claims.map((claim) => `pvc/${claim.metadata.name}-${pod}`)];
      }),
    );
  const secrets = Object.entries(completeSecrets({}, {}, true));
  return {
    objects: new Set([
      ...manifests.map(({ kind, metadata }) => `${shortKind(kind)}/${metadata.name}`),
      ...members.flat(),
      ...secrets.map(([name]) => `secret/${name}`),
      'serviceaccount/default',
    ]),
    labels: workloads.map(({ labels }) => labels),
    containers: new Set([
      ...workloads.flatMap(({ containers }) => containers.map(({ name }) => name)),
      'daprd',
    ]),
    secretKeys: new Set(
      secrets.flatMap(([name, values]) => Object.keys(values).map((key) => `${name}/${key}`)),
    ),
  };
}

function shortKind(kind: string): string {
  const lower = kind.toLowerCase();
  return lower === 'horizontalpodautoscaler' ? 'hpa' : lower;
}

const VALUE_FLAGS = ['-n', '-c', '-l', '-o', '-p', '-f', '-k', '--context'];

interface Kubectl {
  verb: string;
  positionals: string[];
  flags: Record<string, string>;
}

/** Reads the words of a command of kubectl, or of the function `k`; undefined for another program or namespace. */
function parseKubectl(words: readonly string[]): Kubectl | undefined {
  const [program, ...rest] = words;
  if (program !== 'k' && program !== 'kubectl') return undefined;
  const end = rest.indexOf('--');
  const args = end === -1 ? rest : rest.slice(0, end);
  const flags: Record<string, string> = {};
  const positionals: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
    if (/^[<>]/.test(word)) break;
    if (VALUE_FLAGS.includes(word)) flags[word] = args[++index] ?? '';
    else if (!word.startsWith('-')) positionals.push(word);
  }
  const [verb = '', ...others] = positionals;
  const isElsewhere = flags['-n'] !== undefined && flags['-n'] !== 'mp3converter';
  return isElsewhere ? undefined : { verb, positionals: others, flags };
}

/** Values that a reader fills in or that the shell does. */
const isPlaceholder = (word: string): boolean => /[$…]|^[A-Z]+$/.test(word);

/** The objects that a command names, as `kind/name`. */
function objectsOf({ verb, positionals }: Kubectl): string[] {
  if (['create', 'label', 'apply', ''].includes(verb)) return [];
  const targets = verb === 'rollout' ? positionals.slice(1) : positionals;
  const [first = '', ...names] = targets;
  if (first.includes('/')) return [first];
  if (verb === 'exec' || verb === 'logs') return [`pod/${first}`];
  return names.filter((name) => !isPlaceholder(name)).map((name) => `${first}/${name}`);
}

function selectsPod(selector: string, labels: ClusterNames['labels']): boolean {
  const [, key = '', operator, value] = /^([^!=]+)(!?=)(.+)$/.exec(selector) ?? [];
  return labels.some((own) => (operator === '=' ? own[key] === value : own[key] !== value));
}

/** The names in a command that do not exist; `root` is the folder of the repository. */
export function unknownNames(words: readonly string[], names: ClusterNames, root: string): string[] {
  const [program, secret, key] = words;
  if ((program === 'renew' || program === 'put') && !isPlaceholder(secret ?? '$'))
    return names.secretKeys.has(`${secret}/${key}`) ? [] : [`${secret}/${key}`];
  const command = parseKubectl(words);
  if (command === undefined) return [];
  const { '-l': selector, '-c': container, '-f': file, '-k': folder } = command.flags;
  const unknown = objectsOf(command).filter((object) => !names.objects.has(object));
  if (selector && !isPlaceholder(selector) && !selectsPod(selector, names.labels)) unknown.push(selector);
  if (container && !isPlaceholder(container) && !names.containers.has(container)) unknown.push(container);
  // The overlay `ours` and the folder `crds` are the reader's own.
  for (const place of [file, folder])
    if (place?.startsWith('deploy/') && !place.endsWith('/ours') && !existsSync(path.join(root, place)))
      unknown.push(place);
  return unknown;
}
