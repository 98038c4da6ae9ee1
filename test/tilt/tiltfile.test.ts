import assert from 'node:assert/strict';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { recordCalls } from './interpreter.ts';
import { ANSWERS, callsOf, interpreter, options, signal, tiltfile } from './recorded-tiltfile.ts';

test('does not run the buttons until somebody presses one', options, () => {
  const buttons = callsOf('local_resource').filter(({ labels }) => labels[0] === 'try');
  assert.deepEqual(
    buttons.map(({ name }) => name),
    ['convert-a-sample', 'run-the-unit-tests', 'run-the-tests'],
  );
  for (const { trigger_mode, auto_init } of buttons)
    assert.deepEqual([trigger_mode, auto_init], ['manual', false]);
});

test('allows a context of a remote cluster only if MP3CONVERTER_CONTEXT names it', options, async () => {
  assert.deepEqual(callsOf('allow_k8s_contexts'), []);
  const answers = { ...ANSWERS, 'os.getenv MP3CONVERTER_CONTEXT': 'far-away' };
  const made = await recordCalls(interpreter, tiltfile, answers, signal);
  const allowed = made.filter((call) => call.function === 'allow_k8s_contexts');
  assert.deepEqual(
    allowed.map((call) => call.arguments),
    [{ contexts: 'far-away' }],
  );
});

// The tests above rely on the interpreter to find each of these mistakes.
const MISTAKES: [what: string, file: string, from: string, to: string, error: RegExp][] = [
  [
    'a misspelt argument',
    'Tiltfile',
    'live_update=',
    'live_updates=',
    /unexpected keyword argument "live_updates"/,
  ],
  ['a misspelt function', 'Tiltfile', 'update_settings(', 'updates_settings(', /undefined: updates_settings/],
  ['a wrong type', 'resources.star', 'labels=[label]', 'labels=[1]', /labels: got list, want string/],
  [
    'a missing argument',
    'development.star',
    "read_file('restart.ts')",
    'read_file()',
    /missing argument for paths/,
  ],
  [
    'an invalid live_update step',
    'Tiltfile',
    "[run('kill -HUP 1', echo_off=True)]",
    "['kill']",
    /live_update: got list/,
  ],
  ['a load from the network', 'Tiltfile', './resources.star', 'ext://resources', /only files of this folder/],
];
for (const [what, file, from, to, error] of MISTAKES)
  test(`refuses ${what} in the Tiltfile`, options, async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-tiltfile-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const each of globSync('{Tiltfile,*.star,restart.ts}', { cwd: path.dirname(tiltfile) }))
      cpSync(path.join(path.dirname(tiltfile), each), path.join(folder, each));
    const copy = path.join(folder, file);
    const text = readFileSync(copy, 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(copy, text.replace(from, to));
    await assert.rejects(recordCalls(interpreter, path.join(folder, 'Tiltfile'), ANSWERS, signal), error);
  });
