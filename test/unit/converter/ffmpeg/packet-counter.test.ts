import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPacketCounter } from '../../../../services/converter/ffmpeg/packet-counter.ts';

/** Time, duration, and whether the packet is discarded, in ticks. */
type Packet = [time: number, duration: number, isDiscarded?: boolean];

function count(ticks: string, packets: readonly Packet[]) {
  const counter = createPacketCounter();
  for (const line of ['#software: Lavf', `#tb 0: ${ticks}`, '#media_type 0: audio']) counter.read(line);
  for (const [time, duration, isDiscarded] of packets) {
    const flags = isDiscarded ? ', F=0x5, S=1,       10' : ', S=1,        1';
    counter.read(`0, ${time}, ${time}, ${duration},      258, 0x2c5b786a${flags}`);
  }
  return counter.packets;
}

const every = (distance: number, duration: number, number: number, from = 0): Packet[] =>
  Array.from({ length: number }, (_, index) => [from + Math.round(index * distance), duration]);

describe('createPacketCounter', () => {
  const aac = 1000 * (1024 / 44_100);
  const table: [name: string, ticks: string, packets: Packet[], sum: number, end: number | undefined][] = [
    ['counts nothing where there is nothing', '1/1000', [], 0, undefined],
    ['adds durations', '1/48000', every(960, 960, 100), 2, 2],
    ['does not add up rounded durations', '1/1000', every(aac, 23, 1000), 999 * (aac / 1000) + 0.023, 23.22],
    ['does not count holes', '1/1000', [...every(20, 20, 50), ...every(20, 20, 50, 6000)], 2, 7],
    ['does not count a clock that runs at a wrong speed', '1/1000', every(26, 23, 100), 2.3, 2.597],
    [
      'does not count a duration that spans a hole',
      '1/1000',
      [
        [0, 20],
        [20, 20],
        [40, 5000],
        [5040, 20],
      ],
      0.08,
      5.06,
    ],
    [
      'counts longer packets when they go on',
      '1/1000',
      [
        [0, 10],
        [10, 40],
        [50, 40],
        [90, 40],
      ],
      0.1,
      0.13,
    ],
    [
      'does not count what an edit list leaves out',
      '1/1024',
      [
        [-2048, 1024, true],
        [-1024, 1024, true],
        [0, 1024],
        [1024, 1024],
      ],
      2,
      2,
    ],
    ['counts distances where there are no durations', '1/1000', every(20, 0, 101), 2, 2],
    [
      'takes the largest end',
      '1/1000',
      [
        [5000, 20],
        [0, 20],
      ],
      0.04,
      5.02,
    ],
    [
      'does not take the coarse ticks of an AVI for rounding',
      '32/1225',
      [
        [0, 1],
        [1, 1],
        [3, 1],
      ],
      3 * (32 / 1225),
      4 * (32 / 1225),
    ],
  ];
  for (const [name, ticks, packets, sum, end] of table) {
    it(name, () => {
      const counted = count(ticks, packets);
      assert.equal(counted.count, packets.length);
      assert.ok(Math.abs(counted.sumSeconds - sum) < 0.002, `${counted.sumSeconds} is not ${sum}`);
      if (end === undefined) assert.equal(counted.endSeconds, undefined);
      else
        assert.ok(Math.abs((counted.endSeconds ?? 0) - end) < 0.002, `${counted.endSeconds} is not ${end}`);
    });
  }

  it('ignores lines that are no packets', () => {
    const counter = createPacketCounter();
    for (const line of ['', 'x', '0, NOPTS, NOPTS, 1, 1, 0x0', '0,', '#tb 0: x/0']) counter.read(line);
    assert.deepEqual(counter.packets, { count: 0, sumSeconds: 0, endSeconds: undefined });
  });
});
