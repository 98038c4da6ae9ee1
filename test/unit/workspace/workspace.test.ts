import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { INSPECTOR_PORTS } from '../../../deploy/local/system/inspector.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const json = (file: string) => JSON.parse(read(file));

describe('.editorconfig', () => {
  it('agrees with the formatter in biome.json', () => {
    const [, everywhere = ''] = read('.editorconfig').split(/^\[/m);
    const settings = Object.fromEntries(
      [...everywhere.matchAll(/^(\w+) = (.+)$/gm)].map(([, ...pair]) => pair),
    );
    const { indentStyle, indentWidth, lineWidth } = json('biome.json').formatter;
    assert.equal(settings.indent_style, indentStyle);
    assert.equal(Number(settings.indent_size), indentWidth);
    assert.equal(Number(settings.max_line_length), lineWidth);
  });
});

describe('.vscode/launch.json', () => {
  const { configurations, compounds } = json('.vscode/launch.json');

  for (const [name, port] of Object.entries(INSPECTOR_PORTS))
    it(`attaches to ${name} on the port of npm start -- --inspect ${name}`, () => {
      const found = configurations.find((one: { name: string }) => one.name === `Attach to ${name}`);
      assert.equal(found?.port, port);
      assert.equal(found?.address, '127.0.0.1');
    });

  it('starts the system by a task that inspects every service', () => {
    const { tasks } = json('.vscode/tasks.json');
    const task = tasks.find(({ label }: { label: string }) => label === compounds[0].preLaunchTask);
    for (const name of Object.keys(INSPECTOR_PORTS)) assert.ok(task.command.includes(`--inspect ${name}`));
  });
});

describe('package.json', () => {
  for (const [name, command] of Object.entries(json('package.json').scripts))
    it(`runs ${name} through the script that installs the npm packages first`, () => {
      assert.match(`${command}`, /^node deploy\/local\/bootstrap\.mjs \S+/);
    });
});
