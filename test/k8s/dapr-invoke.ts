import type { Deployment } from './deployment.ts';

export interface Invocation {
  /** The service that calls. */
  from: string;
  method: 'GET' | 'POST';
  /** The service that is called. */
  appId: string;
  route: string;
}

/** A script that makes the call in a container, and prints the status. */
const callScript = ({ method, appId, route }: Invocation): string => `
  const headers = { 'dapr-api-token': process.env.DAPR_API_TOKEN };
  const url = 'http://127.0.0.1:3500/v1.0/invoke/${appId}/method/${route}';
  const { status } = await fetch(url, { method: '${method}', headers });
  console.log(status);`;

/** The status that a service gets from its own sidecar when it calls another service. */
export async function invokeStatus(deployment: Deployment, invocation: Invocation): Promise<string> {
  const pod = (await deployment.pods(invocation.from)).find(({ isReady }) => isReady);
  if (pod === undefined) throw new Error(`no pod of ${invocation.from} is ready`);
  const node = ['node', '--input-type=module', '--eval', callScript(invocation)];
  return (await deployment.exec(pod.name, 'app', node)).trim();
}
