import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A method of AMQP 0-9-1 by its class and number, with encoded arguments. */
export interface Method {
  id: readonly [classId: number, methodId: number];
  arguments: Buffer;
}

const METHOD_FRAME = 1;
const FRAME_END = 0xce;
const CHANNEL_CLOSE = '20.40';

export const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const long = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
export const shortText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
const longText = (text: string): Buffer => Buffer.concat([long(Buffer.byteLength(text)), Buffer.from(text)]);
export const emptyTable = long(0);
export const bits = (value: number): Buffer => Buffer.from([value]);

export const method = (classId: number, methodId: number, ...parts: Buffer[]): Method => ({
  id: [classId, methodId],
  arguments: Buffer.concat(parts),
});

/** A connection to a broker, with as much of AMQP 0-9-1 as it takes to see what an account may do. */
export class Amqp {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #channel = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param url such as amqp://user:password@127.0.0.1:5672 */
  static async connect(url: string): Promise<Amqp> {
    const { hostname, port, username, password } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    const amqp = new Amqp(socket);
    socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
    await amqp.#receive(0);
    const response = `\0${decodeURIComponent(username)}\0${decodeURIComponent(password)}`;
    amqp.#send(0, method(10, 11, emptyTable, shortText('PLAIN'), longText(response), shortText('en_US')));
    const tune = await amqp.#receive(0);
    // The same limits, and no heartbeats.
    amqp.#send(0, method(10, 31, tune.arguments.subarray(0, 6), short(0)));
    amqp.#send(0, method(10, 40, shortText('/'), shortText(''), bits(0)));
    await amqp.#receive(0);
    return amqp;
  }

  /** Calls a method on a channel of its own. Returns the code of a refusal, such as 403, or undefined when it was done. */
  async call(called: Method): Promise<number | undefined> {
    this.#channel += 1;
    this.#send(this.#channel, method(20, 10, shortText('')));
    await this.#receive(this.#channel);
    this.#send(this.#channel, called);
    const { id, arguments: given } = await this.#receive(this.#channel);
    return id.join('.') === CHANNEL_CLOSE ? given.readUInt16BE(0) : undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(channel: number, { id: [classId, methodId], arguments: given }: Method): void {
    const payload = Buffer.concat([short(classId), short(methodId), given]);
    const head = Buffer.concat([Buffer.from([METHOD_FRAME]), short(channel), long(payload.length)]);
    this.#socket.write(Buffer.concat([head, payload, Buffer.from([FRAME_END])]));
  }

  async #receive(channel: number): Promise<Method> {
    const frame = await this.#frame();
    const payload = frame.subarray(7, -1);
    if (frame[0] !== METHOD_FRAME || frame.readUInt16BE(1) !== channel) return this.#receive(channel);
    return { id: [payload.readUInt16BE(0), payload.readUInt16BE(2)], arguments: payload.subarray(4) };
  }

  async #frame(): Promise<Buffer> {
    while (this.#received.length < 7 || this.#received.length < this.#received.readUInt32BE(3) + 8) {
      const [chunk] = (await once(this.#socket, 'data', { signal: AbortSignal.timeout(60_000) })) as [Buffer];
      this.#received = Buffer.concat([this.#received, chunk]);
    }
    const size = this.#received.readUInt32BE(3) + 8;
    const frame = this.#received.subarray(0, size);
    this.#received = this.#received.subarray(size);
    return frame;
  }
}
