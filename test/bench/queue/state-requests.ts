/** A line of daprd's metrics: how many requests to a state store a sidecar has answered, of one operation. */
const COUNT = /^dapr_component_state_count\{[^}]*\} (\d+(?:\.\d+)?(?:e\+\d+)?)$/gm;

/** Reads how many requests to the state store the sidecars have made since they started, in total. */
export async function stateRequests(sidecars: readonly { daprMetricsPort: number }[]): Promise<number> {
  const counts = sidecars.map(async ({ daprMetricsPort }) =>
    countRequests(await (await fetch(`http://127.0.0.1:${daprMetricsPort}/metrics`)).text()),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** @param metrics in the text format of Prometheus */
export const countRequests = (metrics: string): number =>
  metrics.matchAll(COUNT).reduce((sum, [, count]) => sum + Number(count), 0);
