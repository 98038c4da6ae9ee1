import { parseArgs } from 'node:util';
import { report, runMain, stopSignal } from '../process/terminal.ts';
import { applySecrets } from './apply-secrets.ts';
import { NAMESPACE, openCluster } from './cluster.ts';
import { makeNamespace, remembered } from './namespace.ts';
import { BY_DEFAULT, traitsOf } from './overlay.ts';

const usage = `npm run secrets -- [--overlay minikube|production] [--context NAME]

Makes the passwords, tokens and addresses that are missing in the cluster of kubectl's current context, as secrets in the namespace
${NAMESPACE}. They are kept there and nowhere else; those that are there stay, so that it can be run as often as wanted. (npm run
k8s:up does it, too.) Deleted keys are made anew, which with a server's password is only half of the way.

  --overlay      with production, a mail server must be given once (default: that of the last k8s:up, else minikube)
  --context      of kubectl, if it is not the current one

  RABBITMQ_URL, MONGODB_URL, MYSQL_URL, RABBITMQ_MANAGEMENT_URL
                 of servers elsewhere; the last for KEDA
  SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, MAIL_FROM
                 the mail server, and the sender that it knows
  LINK_SECRET, OPERATOR_TOKEN
                 of your own, at least 32 characters
                 What is given replaces what is there.

In production they may come from a vault by External Secrets instead, under the same names and keys; then leave this out.
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
  const overlay = values.overlay ?? (await remembered(cluster)).overlay ?? BY_DEFAULT;
  const { hasMailSink } = await traitsOf(overlay, cluster);
  await makeNamespace(cluster);
  const made = await applySecrets(cluster, process.env, hasMailSink);
  report(made.length > 0 ? `Made or changed: ${made.join(', ')}` : 'All secrets are there.');
}, signal);
