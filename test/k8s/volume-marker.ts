import { randomUUID } from 'node:crypto';
import type { Deployment } from './deployment.ts';

/** The data folder of each server. The servers ignore unknown files in it. */
const DATA_FOLDERS = {
  rabbitmq: '/var/lib/rabbitmq',
  mongodb: '/data/db',
  mysql: '/var/lib/mysql',
} as const;

export type Server = keyof typeof DATA_FOLDERS;
export const SERVERS = Object.keys(DATA_FOLDERS) as Server[];

/** A file in the data folder of each pod of a server. It shows whether a new pod has the volume of the old one. */
export interface VolumeMarker {
  /** The names of the pods without the file. Throws if there are no pods. */
  missing(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function writeVolumeMarker(deployment: Deployment, server: Server): Promise<VolumeMarker> {
  const folder = DATA_FOLDERS[server];
  const file = `${folder}/mark-${randomUUID()}`;
  const execInEach = async (...command: string[]): Promise<[pod: string, output: string][]> => {
    const pods = await deployment.pods(server);
    if (pods.length === 0) throw new Error(`there is no pod of ${server}`);
    const outputs = pods.map(
      async ({ name }): Promise<[string, string]> => [name, await deployment.exec(name, server, command)],
    );
    return Promise.all(outputs);
  };
  await execInEach('touch', file);
  return {
    async missing() {
      const found = await execInEach('find', folder, '-maxdepth', '1', '-path', file);
      return found.flatMap(([pod, output]) => (output.trim() === file ? [] : [pod]));
    },
    remove: async () => void (await execInEach('rm', '-f', file)),
  };
}
