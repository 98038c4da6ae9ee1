import assert from 'node:assert/strict';
import { appendFile, copyFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { sendVideo } from '../../../../../services/gateway/cli/convert/send-video.ts';
import { createFileUploads } from '../../../../../services/gateway/cli/files/upload-store.ts';
import { checkVideo } from '../../../../../services/gateway/cli/files/video.ts';
import { requestTokens } from '../../../../../services/gateway/client/session/accounts.ts';
import { createSession } from '../../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens } from '../../../../../services/gateway/client/session/tokens.ts';
import { formatSize } from '../../../../../services/shared/runtime/format.ts';
import { media } from '../../../../support/media.ts';
import { recordedReporter, temporaryFolder } from '../../../../unit/gateway/cli/test-terminal.ts';
import { createTestClock } from '../../../../unit/gateway/client/test-clock.ts';
import { createTestGateway } from '../../../../unit/gateway/client/test-gateway.ts';

const USER = { email: 'ann@example.com', password: 'open sesame' };

/** About 4 MB of picture beside 1.3 MB of sound, which is more than a chunk. */
const film = () =>
  media(
    'film.mkv',
    ...[
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=320x240:r=25:d=8',
      '-f',
      'lavfi',
      '-i',
      'anoisesrc=r=48000:d=8:a=0.3',
    ],
    ...[
      '-c:v',
      'mpeg4',
      '-b:v',
      '4M',
      '-minrate',
      '4M',
      '-maxrate',
      '4M',
      '-bufsize',
      '4M',
      '-c:a',
      'flac',
      '-ac',
      '2',
    ],
  );

/** Each command is a run of its own, which shares with the others what is in the folders alone. */
async function build(context: TestContext) {
  const system = createTestGateway(context);
  system.users.set(USER.email, USER.password);
  const { transport } = system;
  const cwd = await temporaryFolder(context);
  const state = await temporaryFolder(context);
  await copyFile(await film(), path.join(cwd, 'film.mkv'));
  const { size } = await stat(path.join(cwd, 'film.mkv'));

  async function run({ whole = false, stop = new AbortController() } = {}) {
    const { signal } = stop;
    const clock = createTestClock();
    const { lines, reporter } = recordedReporter();
    const session = createSession({ transport, tokens: createMemoryTokens(), clock, signal });
    session.start(await requestTokens(transport, USER, signal), USER.email);
    const ports = { clock, reporter, uploads: createFileUploads(state), signal };
    const file = await checkVideo('film.mkv', cwd);
    const sent = await sendVideo(session, file, { options: {}, whole }, ports).catch((error: Error) => error);
    return { sent, lines };
  }

  const sourceOf = async (id: string) => (await system.jobs.get(id)).document.source;
  return { ...system, run, cwd, size, sourceOf };
}

describe('sending a film from the command line', () => {
  it('sends its sound alone, and says how much that is', async (context) => {
    const { run, size, sourceOf } = await build(context);
    const { sent, lines } = await run();
    assert.ok(!(sent instanceof Error));
    assert.equal(sent.kind, 'sound');
    assert.ok(sent.size < size / 2, `${sent.size} of ${size} bytes`);
    const source = await sourceOf(sent.id);
    assert.deepEqual([source.size, source.original], [sent.size, { size, track: 1 }]);
    assert.equal(lines[0], `Sending the sound of film.mkv: ${formatSize(sent.size)} of ${formatSize(size)}`);
  });

  it('sends all of it with --whole', async (context) => {
    const { run, size, sourceOf } = await build(context);
    const { sent, lines } = await run({ whole: true });
    assert.ok(!(sent instanceof Error));
    const source = await sourceOf(sent.id);
    assert.deepEqual([sent.kind, source.size, source.original], ['whole', size, null]);
    assert.doesNotMatch(lines.join('\n'), /sound/);
  });

  it('goes on in the next run where the last one was interrupted, and sends nothing in the third', async (context) => {
    const { run, transport, sourceOf } = await build(context);
    const { send } = transport;
    const stop = new AbortController();
    let sentBytes = 0;
    transport.send = (request) => {
      if (request.method !== 'PATCH') return send(request);
      const offset = sentBytes;
      const onSent = (bytes: number) => {
        request.onSent?.(bytes);
        sentBytes = offset + bytes;
        if (sentBytes > 700_000) stop.abort(new Error('interrupted'));
      };
      return send({ ...request, onSent });
    };
    const first = await run({ stop });
    assert.match(String(first.sent), /interrupted/);
    const second = await run();
    assert.ok(!(second.sent instanceof Error));
    assert.match(second.lines.join('\n'), /Resuming film\.mkv: .* were sent before\./);
    assert.equal((await sourceOf(second.sent.id)).size, second.sent.size);
    const third = await run();
    assert.ok(!(third.sent instanceof Error));
    assert.deepEqual([third.sent.id, third.sent.isEarlier], [second.sent.id, true]);
    assert.match(third.lines.join('\n'), /^Sent film\.mkv, .*: job .*; it was (sent|converted) before$/);
  });

  it('sends a film anew that was changed after an interruption', async (context) => {
    const { run, transport, cwd } = await build(context);
    const { send } = transport;
    const stop = new AbortController();
    transport.send = (request) => {
      const onSent = (bytes: number) => {
        request.onSent?.(bytes);
        if (bytes > 700_000) stop.abort(new Error('interrupted'));
      };
      return send(request.method === 'PATCH' ? { ...request, onSent } : request);
    };
    assert.match(String((await run({ stop })).sent), /interrupted/);
    transport.send = send;
    await appendFile(path.join(cwd, 'film.mkv'), Buffer.alloc(8));
    const { lines, sent } = await run();
    assert.ok(!(sent instanceof Error));
    assert.doesNotMatch(lines.join('\n'), /Resuming/);
  });
});
