import type { Deployed } from './deployment.ts';

export interface Invocation {
  /** The service that calls … */
  from: string;
  method: 'GET' | 'POST';
  /** … and the one that it calls. */
  appId: string;
  route: string;
}

const call = ({ method, appId, route }: Invocation): string => `
  const headers = { 'dapr-api-token': process.env.DAPR_API_TOKEN };
  const url = 'http://127.0.0.1:3500/v1.0/invoke/${appId}/method/${route}';
  const { status } = await fetch(url, { method: '${method}', headers });
  console.log(status);`;

/** The status that a service is answered by its own sidecar, when it calls another one. */
export async function statusOf(deployed: Deployed, invocation: Invocation): Promise<string> {
  const pod = (await deployed.pods(invocation.from)).find(({ isReady }) => isReady);
  if (pod === undefined) throw new Error(`no pod of ${invocation.from} is ready`);
  const node = ['node', '--input-type=module', '--eval', call(invocation)];
  return (await deployed.exec(pod.name, 'app', node)).trim();
}
