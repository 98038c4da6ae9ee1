import { randomUUID } from 'node:crypto';
import type { Deployed } from './deployment.ts';

/** Where each server keeps its data; a file that is not theirs does not bother them. */
const FOLDERS = { rabbitmq: '/var/lib/rabbitmq', mongodb: '/data/db', mysql: '/var/lib/mysql' } as const;

export type Server = keyof typeof FOLDERS;
export const SERVERS = Object.keys(FOLDERS) as Server[];

/** A file in the data folder of each pod of a server, by which it is known again. */
export interface Mark {
  /** The pods without it; throws where there are no pods. */
  missing(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function leaveMark(deployed: Deployed, server: Server): Promise<Mark> {
  const file = `${FOLDERS[server]}/mark-${randomUUID()}`;
  const inEach = async (...command: string[]): Promise<[pod: string, said: string][]> => {
    const pods = await deployed.pods(server);
    if (pods.length === 0) throw new Error(`there is no pod of ${server}`);
    const each = pods.map(
      async ({ name }): Promise<[string, string]> => [name, await deployed.exec(name, server, command)],
    );
    return Promise.all(each);
  };
  await inEach('touch', file);
  return {
    async missing() {
      const found = await inEach('find', FOLDERS[server], '-maxdepth', '1', '-path', file);
      return found.flatMap(([pod, said]) => (said.trim() === file ? [] : [pod]));
    },
    remove: async () => void (await inEach('rm', '-f', file)),
  };
}
