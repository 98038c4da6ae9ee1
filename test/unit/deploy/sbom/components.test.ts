import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { debianComponents } from '../../../../deploy/sbom/debian-packages.ts';
import { goComponents } from '../../../../deploy/sbom/go-modules.ts';

describe('the Go modules of a bill of materials', () => {
  const GO_MOD = `module mp3converter/daprd

go 1.26.5

tool github.com/dapr/dapr/cmd/daprd

require github.com/one/alone v1.0.0

require (
\tgithub.com/dapr/dapr v1.18.2
\tdubbo.apache.org/dubbo-go/v3 v3.1.0 // indirect
\tgithub.com/old/name v2.0.0+incompatible // indirect
)

replace (
\tdubbo.apache.org/dubbo-go/v3 => dubbo.apache.org/dubbo-go/v3 v3.0.3-0.20230118042253-4f159a2b38f3
\tgithub.com/old/name v2.0.0+incompatible => github.com/new/name v2.1.0
)
`;

  it('are those that go.mod requires, as they are replaced', () => {
    assert.deepEqual(
      goComponents(GO_MOD, 'daprd').map(({ purl }) => purl),
      [
        'pkg:golang/github.com/one/alone@v1.0.0',
        'pkg:golang/github.com/dapr/dapr@v1.18.2',
        'pkg:golang/dubbo.apache.org/dubbo-go/v3@v3.0.3-0.20230118042253-4f159a2b38f3',
        'pkg:golang/github.com/new/name@v2.1.0',
      ],
    );
  });
});

describe('the Debian packages of a bill of materials', () => {
  const line = (...fields: string[]) => `${fields.join('\t')}\n`;
  const INSTALLED =
    line('ii ', 'ffmpeg', '7:5.1.9-0+deb12u1', 'amd64', '', ', libavcodec59 (= 7:5.1.9), libc6 (>= 2.34)') +
    line('ii ', 'libavcodec59', '7:5.1.9-0+deb12u1', 'amd64', '', ', missing | libvirtual:any') +
    line('ii ', 'libreal', '1.0', 'amd64', 'libvirtual (= 1.0)', ', libavcodec59') +
    line('ii ', 'libc6', '2.36', 'amd64', '', ', ') +
    line('rc ', 'bubblewrap', '0.8.0', 'amd64', '', ', libc6') +
    line('ii ', 'unrelated', '1.0', 'all', '', ', libc6');

  it('are those that are wanted and installed, and all that they depend on', () => {
    assert.deepEqual(
      debianComponents(INSTALLED, ['ffmpeg', 'bubblewrap'], 'debian').map(({ purl }) => purl),
      [
        'pkg:deb/debian/ffmpeg@7%3A5.1.9-0%2Bdeb12u1?arch=amd64',
        'pkg:deb/debian/libavcodec59@7%3A5.1.9-0%2Bdeb12u1?arch=amd64',
        'pkg:deb/debian/libc6@2.36?arch=amd64',
        'pkg:deb/debian/libreal@1.0?arch=amd64',
      ],
    );
  });
});
