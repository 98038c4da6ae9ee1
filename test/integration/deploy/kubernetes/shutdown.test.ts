import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { readEnvironment } from '../../../../services/shared/runtime/config.ts';
import { describeOverlays } from './describe-overlays.ts';
import { environmentOf, podOf, SCHEMAS } from './service-pods.ts';

/** Longer than the kubelet takes to send a signal. */
const SLACK_SECONDS = 4;
/** The shortest interval at which the sidecar of a caller (gRPC) resolves the addresses of the service that it calls. */
const RESOLUTION_SECONDS = 30;

await describeOverlays((manifests) => {
  /** The seconds that each step of a pod's shutdown may take. */
  const shutdownOf = (service: string) => {
    const { annotations, app, spec } = podOf(manifests, service);
    const [, preStop] = app.lifecycle?.preStop?.exec?.command ?? [];
    const { SHUTDOWN_SECONDS } = readEnvironment(
      SCHEMAS[service] as z.ZodObject,
      environmentOf(manifests, service),
    );
    return {
      preStop: Number(preStop),
      shutdown: Number(SHUTDOWN_SECONDS),
      block: Number.parseInt(annotations['dapr.io/block-shutdown-duration'] ?? '', 10),
      drain: Number(annotations['dapr.io/graceful-shutdown-seconds']),
      grace: Number(spec.terminationGracePeriodSeconds),
    };
  };

  for (const service of ['gateway', 'converter', 'notification'])
    test(`${service} stops before its sidecar, and both stop before they are killed`, () => {
      const { preStop, shutdown, block, drain, grace } = shutdownOf(service);
      assert.ok(block >= preStop + shutdown + SLACK_SECONDS);
      assert.ok(grace >= block + drain + SLACK_SECONDS);
    });

  test('auth stops after its sidecar and before it is killed', () => {
    const { preStop, shutdown, block, grace } = shutdownOf('auth');
    assert.ok(preStop >= block + SLACK_SECONDS);
    assert.ok(grace >= preStop + shutdown + SLACK_SECONDS);
  });

  test('the sidecar of auth stays until its callers know the next one', () => {
    assert.ok(shutdownOf('auth').block >= RESOLUTION_SECONDS);
  });

  test('a gateway keeps answering for the 10 s in which an ingress controller learns that it stops', () => {
    assert.ok(shutdownOf('gateway').preStop >= 10);
  });
});
