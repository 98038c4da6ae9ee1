/**
 * A script that node runs in a container. It ends the first process of the container, which is node as well, at once and without
 * running its signal handlers.
 * A SIGKILL from inside a container does not reach its first process, and a pod that is deleted by force still gets a SIGTERM. So
 * the script opens node's inspector by SIGUSR1 and has it call `process.reallyExit`, after 100 ms: the inspector waits for its client
 * to disconnect before it ends.
 */
export const KILL_SCRIPT = `
process.kill(1, 'SIGUSR1');
const findInspector = async () => {
  for (let attempts = 0; attempts < 300; attempts++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const list = await fetch('http://127.0.0.1:9229/json').catch(() => undefined);
    if (list) return (await list.json())[0].webSocketDebuggerUrl;
  }
  throw new Error('the inspector does not answer');
};
const socket = new WebSocket(await findInspector());
const params = { expression: 'void setTimeout(() => process.reallyExit(137), 100)' };
socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
socket.onmessage = () => socket.close();`;
