import { FRAME_HEAD_BYTES } from './grpc-client.ts';
import { COMPONENTS } from './names.ts';

/** `CONCURRENCY_LAST_WRITE` and `CONSISTENCY_STRONG` of dapr/proto/common/v1/common.proto. */
const LAST_WRITE = 2;
const STRONG = 2;

/** A whole number of Protocol Buffers: seven bits a byte, the lowest first. */
function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

const numberField = (field: number, value: number): Buffer =>
  Buffer.concat([varint(field << 3), varint(value)]);

/** The head of a field whose content has this many bytes. */
const fieldHead = (field: number, length: number): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(length)]);

function field(number: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([fieldHead(number, content.length), content]);
}

const text = (number: number, value: string): Buffer => field(number, Buffer.from(value));

/**
 * What comes before the bytes of a value in a gRPC frame that saves one key: a `SaveStateRequest` of
 * dapr/proto/runtime/v1/state.proto with one `StateItem`, whose value comes last. The value begins with `marker`, which is
 * in the head, and `length` bytes follow.
 */
export function saveFrameHead(
  key: string,
  { marker, length, metadata }: { marker: number; length: number; metadata: Record<string, string> },
): Buffer {
  const item = Buffer.concat([
    text(1, key),
    ...Object.entries(metadata).map(([name, value]) => field(4, text(1, name), text(2, value))),
    field(5, numberField(1, LAST_WRITE), numberField(2, STRONG)),
    fieldHead(2, 1 + length),
    Buffer.of(marker),
  ]);
  const message = Buffer.concat([text(1, COMPONENTS.state), fieldHead(2, item.length + length), item]);
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length + length, 1);
  return Buffer.concat([head, message]);
}
