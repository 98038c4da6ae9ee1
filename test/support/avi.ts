/** An AVI of unsigned 8-bit mono PCM without a picture, whose packets have exactly these lengths in bytes. */
export function avi(rate: number, packets: readonly number[]): Buffer {
  const stream = Buffer.alloc(56);
  stream.write('auds');
  stream.writeUInt32LE(1, 20); // A sample takes 1 / rate seconds.
  stream.writeUInt32LE(rate, 24);
  stream.writeUInt32LE(sum(packets), 32);
  stream.writeUInt32LE(1, 44); // bytes per sample
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0); // PCM
  format.writeUInt16LE(1, 2); // channel
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate, 8); // bytes per second
  format.writeUInt16LE(1, 12);
  format.writeUInt16LE(8, 14); // bits per sample
  const main = Buffer.alloc(56);
  main.writeUInt32LE(1, 24); // streams
  const header = list(
    'hdrl',
    chunk('avih', main),
    list('strl', chunk('strh', stream), chunk('strf', format)),
  );
  const sound = packets.map((bytes) => chunk('00wb', Buffer.alloc(bytes, sawtooth)));
  const body = Buffer.concat([Buffer.from('AVI '), header, list('movi', ...sound)]);
  return chunk('RIFF', body);
}

const sawtooth = Buffer.from(Array.from({ length: 100 }, (_, index) => 78 + index));
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

const list = (type: string, ...chunks: Buffer[]) =>
  chunk('LIST', Buffer.concat([Buffer.from(type), ...chunks]));

function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}
