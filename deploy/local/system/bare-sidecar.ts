import type { Report } from '../../process/run.ts';
import { Supervised } from '../../process/supervised.ts';
import { answersHttp, untilReady } from '../../process/wait-ready.ts';
import type { AppSpec } from './dapr-yaml.ts';
import { reserveSidecarPorts, type SidecarContext, startSidecarProcess } from './sidecar.ts';

export interface BareSidecar {
  readonly daprHttpPort: number;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export async function startBareSidecar(
  context: SidecarContext,
  spec: AppSpec,
  { bare, report, signal }: { bare: Set<Supervised>; report: Report; signal: AbortSignal },
): Promise<BareSidecar> {
  // No app, no app health.
  const lonely = {
    ...spec,
    name: spec.appId,
    daprdFlags: spec.daprdFlags.filter((flag) => !flag.startsWith('--enable-app-health-check')),
  };
  const ports = await reserveSidecarPorts(context.ports, spec.appId);
  const sidecar = new Supervised({
    name: `${spec.appId}.daprd`,
    report,
    launch: () => startSidecarProcess(context, lonely, ports, undefined),
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
    await untilReady(
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
