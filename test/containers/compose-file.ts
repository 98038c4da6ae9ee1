import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const text = z.string();
const list = z.array(text).default([]);
const listOf = (value: string | string[]): string[] => (typeof value === 'string' ? [value] : value);
const seconds = text.regex(/^\d+s$/).transform((value) => Number.parseInt(value, 10));

/** The keys of the Compose specification that our compose.yaml uses for a container. */
const service = z.object({
  image: text,
  restart: text,
  user: text.optional(),
  hostname: text.optional(),
  working_dir: text.optional(),
  entrypoint: z.array(text).optional(),
  command: z
    .union([text, z.array(text)])
    .transform(listOf)
    .optional(),
  environment: z
    .record(text, z.union([text, z.number()]).transform(String))
    .nullish()
    .transform((value) => value ?? {}),
  volumes: list,
  volumes_from: list,
  tmpfs: list,
  read_only: z.boolean().default(false),
  cap_drop: list,
  security_opt: list,
  stop_signal: text.optional(),
  stop_grace_period: seconds.optional(),
  mem_limit: text.regex(/^\d+[mg]$/),
  pids_limit: z.int().positive(),
  network_mode: text.optional(),
  networks: list,
  healthcheck: z.object({ test: z.array(text).optional(), disable: z.boolean().optional() }).optional(),
});
export type ServiceSpec = z.output<typeof service>;

const file = z.object({
  services: z.record(text, service),
  networks: z.record(text, z.object({ internal: z.boolean().default(false) }).nullable()),
});
export type ComposeFile = z.output<typeof file>;

/** Replaces `${NAME:-default}`, `${NAME:?message}` and `$$` as Compose does. Throws for a missing value without a default. */
export function interpolate(source: string, env: Record<string, string>): string {
  return source.replace(
    /\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (all, name?: string, kind?: string, rest = '') => {
      if (all === '$$') return '$';
      const value = env[name as string] || (kind === '-' ? rest : undefined);
      if (value === undefined) throw new Error(`compose.yaml needs ${name}: ${rest}`);
      return value;
    },
  );
}

/** Reads and checks compose.yaml, so that the tests run exactly what it says. Paths of volumes become absolute. */
export function readComposeFile(fileName: string, env: Record<string, string>): ComposeFile {
  const source = interpolate(readFileSync(fileName, 'utf8').replace(/^\s*#.*$/gm, ''), env);
  const result = file.safeParse(parse(source, { merge: true }));
  if (!result.success) throw new Error(`${fileName}:\n${z.prettifyError(result.error)}`);
  for (const spec of Object.values(result.data.services))
    spec.volumes = spec.volumes.map((volume) =>
      volume.startsWith('.') ? path.resolve(path.dirname(fileName), volume) : volume,
    );
  return result.data;
}
