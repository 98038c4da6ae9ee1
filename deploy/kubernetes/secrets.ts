import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { applySecrets } from './apply-secrets.ts';
import { NAMESPACE, openCluster } from './cluster.ts';
import { makeNamespace, readDeploymentRecord } from './namespace.ts';
import { DEFAULT_OVERLAY, traitsOf } from './overlay.ts';

const usage = `npm run secrets -- [--overlay minikube|production] [--context NAME]

Creates the passwords, tokens and addresses that are missing in the cluster of kubectl's current context, as secrets in the
namespace ${NAMESPACE}. They are kept only there. Existing ones stay, so that this can run any number of times. (npm run
k8s:up runs it, too.) A key that you delete is generated again, but the server still has the old password then.

  --overlay      production needs a mail server, which must be given once (default: overlay of the last k8s:up, else minikube)
  --context      a context of kubectl other than the current one

  RABBITMQ_URL, MONGODB_URL, MYSQL_URL, RABBITMQ_MANAGEMENT_URL
                 addresses of managed servers; the last one is for KEDA
  SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, MAIL_FROM
                 the mail server, and a sender that it accepts
  LINK_SECRET, EVENT_SECRET, AUTH_SECRET, OPERATOR_TOKEN
                 your own values, at least 32 characters; EVENT_SECRET may be two with a comma between them
  OIDC_PROVIDERS
                 the systems by which people sign in, see docs/sign-in.md
                 Each variable replaces the existing value.

In production, External Secrets may create these secrets from a vault instead, with the same names and keys. Then do not run this.
`;

const signal = stopSignal();

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      overlay: { type: 'string' },
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const cluster = await openCluster({ context: values.context, report, signal });
  const overlay = values.overlay ?? (await readDeploymentRecord(cluster)).overlay ?? DEFAULT_OVERLAY;
  const { hasMailSink } = await traitsOf(overlay, cluster);
  await makeNamespace(cluster);
  const changed = await applySecrets(cluster, process.env, hasMailSink);
  report(changed.length > 0 ? `Created or changed: ${changed.join(', ')}` : 'All secrets exist already.');
}, signal);
