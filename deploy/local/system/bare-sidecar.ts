import type { Report } from '../../process/run.ts';
import { Supervised } from '../../process/supervised.ts';
import { answersHttp, waitUntilReady } from '../../process/wait-ready.ts';
import type { AppSpec } from './dapr-yaml.ts';
import { reserveSidecarPorts, type SidecarContext, startSidecarProcess } from './sidecar.ts';

export interface BareSidecar {
  readonly daprHttpPort: number;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts a sidecar without an app, and adds it to `bare` until its stop(). Resolves when it is healthy. */
export async function startBareSidecar(
  context: SidecarContext,
  spec: AppSpec,
  { bare, report, signal }: { bare: Set<Supervised>; report: Report; signal: AbortSignal },
): Promise<BareSidecar> {
  // Without an app there is no app health to check.
  const withoutApp = {
    ...spec,
    name: spec.appId,
    daprdFlags: spec.daprdFlags.filter((flag) => !flag.startsWith('--enable-app-health-check')),
  };
  const ports = await reserveSidecarPorts(context.ports, spec.appId);
  const sidecar = new Supervised({
    name: `${spec.appId}.daprd`,
    report,
    launch: () => startSidecarProcess(context, withoutApp, ports, undefined),
  });
  bare.add(sidecar);
  const stop = async (): Promise<void> => {
    await sidecar.stop();
    bare.delete(sidecar);
  };
  try {
    await sidecar.start();
    const child = sidecar.child;
    if (child === undefined) throw new Error(`${spec.appId}.daprd did not start.`);
    const headers = { 'dapr-api-token': context.tokens.daprApi };
    await waitUntilReady(
      child,
      (attempt) => answersHttp(`http://127.0.0.1:${ports.http}/v1.0/healthz`, attempt, headers),
      { timeoutMs: 30_000, signal },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    daprHttpPort: ports.http,
    get pid() {
      return sidecar.pid;
    },
    stop,
  };
}
