import { type Report, run } from '../deploy/local/processes/run.ts';
import { find } from '../deploy/local/tools/find.ts';

export interface KubectlOptions {
  /** Of the kubeconfig; the current one is not looked at. */
  context: string;
  report: Report;
  signal: AbortSignal;
}

export type Kubectl = (what: string, args: string[], timeoutMs?: number) => Promise<string>;

export function findKubectl(): string {
  const kubectl = find('kubectl');
  if (kubectl === undefined) throw new Error('kubectl is missing: https://kubernetes.io/docs/tasks/tools');
  return kubectl;
}

/** Calls kubectl to its end, on one cluster; see run(). */
export function kubectlAt({ context, report, signal }: KubectlOptions): Kubectl {
  const kubectl = findKubectl();
  return (what, args, timeoutMs = 20_000) =>
    run(kubectl, ['--context', context, ...args], { what, report, signal, timeoutMs });
}
