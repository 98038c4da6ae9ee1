/**
 * Run by node in a container: its first process, node too, is gone in the next moment, and no handler of a signal runs. The first
 * process of a container takes no SIGKILL from within, and a pod that is deleted by force is told to stop nevertheless; so node's
 * inspector is opened (SIGUSR1). It waits for its client to leave before it ends: hence the moment.
 */
export const KILL = `
process.kill(1, 'SIGUSR1');
const found = async () => {
  for (let tries = 0; tries < 300; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const list = await fetch('http://127.0.0.1:9229/json').catch(() => undefined);
    if (list) return (await list.json())[0].webSocketDebuggerUrl;
  }
  throw new Error('the inspector does not answer');
};
const socket = new WebSocket(await found());
const params = { expression: 'void setTimeout(() => process.reallyExit(137), 100)' };
socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
socket.onmessage = () => socket.close();`;
