import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowedConnections } from './allowed-connections.ts';
import { OVERLAYS, type Overlay, renderedOverlays } from './rendered.ts';
import { environmentOf, podOf } from './service-pods.ts';

/** What the overlay asks for. Undefined stands for the default of the service. */
const SANDBOX: Record<Overlay, string | undefined> = { minikube: undefined, production: 'required' };
/** The only folders of the converter that can be written to. All of them are volumes with a size. */
const WRITABLE = { '/tmp': 'tmp', '/spool': 'spool' };

/** Broker and store, DNS, and Dapr's control plane. */
const CONNECTIONS = [
  'converter → 169.254.20.10/32: 53',
  'converter → 169.254.20.10/32: 53/UDP',
  'converter → mongodb: any port',
  'converter → namespace dapr-system: any port',
  'converter → namespace kube-system: 53',
  'converter → namespace kube-system: 53/UDP',
  'converter → rabbitmq: any port',
];

const rendered = await renderedOverlays();
if (typeof rendered === 'string') it('the manifests are rendered', { skip: rendered }, () => {});
else
  for (const overlay of OVERLAYS)
    describe(`the pod of the converter in the overlay ${overlay}`, () => {
      const manifests = rendered[overlay];
      const { spec, app } = podOf(manifests, 'converter');

      it(`has ${SANDBOX[overlay] ?? 'the default'} as SANDBOX`, () =>
        assert.equal(environmentOf(manifests, 'converter').SANDBOX, SANDBOX[overlay]));

      it('writes only to folders whose size is limited', () => {
        const mounts = (app.volumeMounts ?? []).filter(({ readOnly }) => readOnly !== true);
        assert.deepEqual(
          Object.fromEntries(mounts.map(({ mountPath, name }) => [mountPath, name])),
          WRITABLE,
        );
        for (const { name } of mounts) {
          const volume = spec.volumes?.find((each) => each.name === name);
          const claim = volume?.ephemeral?.volumeClaimTemplate.spec.resources.requests.storage;
          assert.ok(volume?.emptyDir?.sizeLimit ?? claim, name);
        }
      });

      it('gets no secret but the tokens between it and its sidecar', () => {
        assert.equal(spec.enableServiceLinks, false);
        const secrets = (app.env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []);
        assert.deepEqual(secrets.toSorted(), ['app-api-token', 'dapr-api-token', 'event-secret']);
      });

      it('may open no connection but those that its sidecar needs', () =>
        assert.deepEqual(
          allowedConnections(manifests).filter((connection) => connection.startsWith('converter →')),
          CONNECTIONS,
        ));
    });
