import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT_MAILS_PATH } from '../../../../services/shared/contract/account-mail.ts';
import { describeOverlays } from './describe-overlays.ts';
import { manifestsOf, workloadsOf } from './rendered.ts';
import { readRoutesOfAuth } from './routes-of-auth.ts';

/** What auth answers, but for the one route that only people with a token need. */
const routesOfAuth = (await readRoutesOfAuth()).filter((route) => !route.endsWith(' /validate'));

/** Who may call a service, and what. */
const CALLS: Record<string, { by: string; routes: string[] }> = {
  auth: { by: 'gateway', routes: routesOfAuth },
  converter: { by: 'gateway', routes: ['POST /probe', 'POST /early'] },
  notification: { by: 'auth', routes: [`POST ${ACCOUNT_MAILS_PATH}`] },
};

await describeOverlays((manifests) => {
  const ofKind = (kind: string, group?: string) => manifestsOf(manifests, kind, group);
  const accessControlOf = (service: string) => {
    const pod = workloadsOf(manifests).find(({ name }) => name === service);
    const name = pod?.annotations['dapr.io/config'];
    return ofKind('Configuration', 'dapr.io').find(({ metadata }) => metadata.name === name)?.spec
      .accessControl;
  };

  for (const [service, { by, routes }] of Object.entries(CALLS))
    test(`only ${by} may call ${service} through Dapr, and only on the routes that it has for it`, () => {
      const { defaultAction, policies } = accessControlOf(service);
      assert.equal(defaultAction, 'deny');
      assert.deepEqual(
        policies.map(({ appId, namespace, defaultAction }: Record<string, string>) => [
          appId,
          namespace,
          defaultAction,
        ]),
        [[by, 'mp3converter', 'deny']],
      );
      const allowed = policies[0].operations.flatMap(
        ({ name, httpVerb, action }: { name: string; httpVerb: string[]; action: string }) =>
          httpVerb.map((verb) => `${action === 'allow' ? '' : `${action} `}${verb} ${name}`),
      );
      assert.deepEqual(allowed.sort(), routes.sort());
    });
});
