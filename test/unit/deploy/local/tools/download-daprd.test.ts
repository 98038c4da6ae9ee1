import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeProgress } from '../../../../../deploy/local/tools/build-daprd.ts';
import { archiveFor, releasesFromEnv } from '../../../../../deploy/local/tools/download-daprd.ts';

describe('archiveFor', () => {
  for (const [platform, arch, archive] of [
    ['linux', 'x64', 'daprd_linux_amd64.tar.gz'],
    ['linux', 'arm64', 'daprd_linux_arm64.tar.gz'],
    ['darwin', 'arm64', 'daprd_darwin_arm64.tar.gz'],
    ['linux', 'riscv64', undefined],
    ['win32', 'x64', undefined],
  ] as const)
    it(`names ${archive ?? 'no archive'} for ${platform} on ${arch}`, () => {
      assert.equal(archiveFor(platform, arch), archive);
    });
});

describe('releasesFromEnv', () => {
  for (const [value, releases] of [
    ['', 'https://github.com/dapr/dapr/releases/download'],
    [undefined, 'https://github.com/dapr/dapr/releases/download'],
    ['off', undefined],
    ['https://mirror.test/dapr/', 'https://mirror.test/dapr'],
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
  ] as const)
    it(`takes ${value === undefined ? 'nothing' : `«${value}»`} as ${releases ?? 'no download'}`, () => {
      assert.equal(releasesFromEnv(value), releases);
    });

  for (const value of ['on', 'true', 'http://mirror.test', 'file:///tmp/dapr', 'ftp://mirror.test'])
    it(`refuses «${value}»`, () => {
      assert.throws(() => releasesFromEnv(value), /DAPRD_DOWNLOAD must be/);
    });
});

describe('describeProgress', () => {
  for (const [share, seconds, text] of [
    [0, 5, '0 %'],
    [0.01, 5, '1 %'],
    [0.4, 120, '40 %, 3 min left'],
    [0.9, 90, '90 %, 10 s left'],
    [1, 300, '100 %, 0 s left'],
    [1.2, 300, '100 %, 0 s left'],
  ] as const)
    it(`says «${text}» after ${seconds} s where ${share} is done`, () => {
      assert.equal(describeProgress(share, seconds), text);
    });
});
