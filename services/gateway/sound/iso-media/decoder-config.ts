/** What `esds` says of a decoder (ISO 14496-1, 7.2.6). */
export interface DecoderConfig {
  objectType: number;
  /** The setup of MPEG-4 audio, which MPEG-2 AAC has as well. A rate is in Hz. Undefined where there is none. */
  audio: { objectType: number; sampleRate: number; channels: number } | undefined;
}

/** ISO 14496-3, table 1.18. */
const RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];

/** Reads the descriptors: an elementary stream (3), in it its decoder (4), in it the decoder's setup (5). */
export function readDecoderConfig(esds: DataView | undefined): DecoderConfig | undefined {
  if (!esds) return undefined;
  const stream = readDescriptor(esds, 4);
  if (stream?.tag !== 3 || stream.end - stream.content < 3) return undefined;
  const flags = esds.getUint8(stream.content + 2);
  // A stream that depends on another one, has a URL or a clock of its own is unusual.
  if ((flags & 0xe0) !== 0) return undefined;
  const decoder = readDescriptor(esds, stream.content + 3);
  if (decoder?.tag !== 4 || decoder.end - decoder.content < 13) return undefined;
  const setup = readDescriptor(esds, decoder.content + 13);
  const hasSetup = setup?.tag === 5 && setup.end - setup.content >= 2;
  return {
    objectType: esds.getUint8(decoder.content),
    audio: hasSetup ? audioSetup(esds.getUint16(setup.content)) : undefined,
  };
}

/** Five bits of the object type, four of the rate, and four of the channels. */
const audioSetup = (bits: number) => ({
  objectType: bits >> 11,
  sampleRate: RATES[(bits >> 7) & 15] ?? 0,
  channels: (bits >> 3) & 15,
});

/** Reads the tag and the size of a descriptor. The size has seven bits in each byte. @see ISO 14496-1, 8.3.3 */
function readDescriptor(view: DataView, at: number) {
  let size = 0;
  for (let index = 1; index <= 4; index++) {
    if (at + index >= view.byteLength) return undefined;
    const byte = view.getUint8(at + index);
    size = size * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      const content = at + index + 1;
      return { tag: view.getUint8(at), content, end: Math.min(view.byteLength, content + size) };
    }
  }
  return undefined;
}
