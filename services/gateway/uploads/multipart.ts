import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { Pace } from '../limits/minimum-rate.ts';
import { cleanName } from './file-name.ts';
import { FormParser } from './multipart-parser.ts';
import { endIterator, type OpenUpload, requestBytes } from './request-stream.ts';

/**
 * Opens the file of a multipart form (RFC 7578), which is in the field `file`. Only as much of the form is read as is asked
 * for. The bytes of the file end when the whole form has ended, since the part after the file may still be refused, and its
 * fields are options, too.
 */
export async function openForm(
  context: ParameterizedContext<RequestState>,
  pace: Pick<Pace, 'wait'>,
): Promise<OpenUpload> {
  const form = new FormParser(context.get('content-type'));
  const source = requestBytes(context.req, pace);
  const end = () => endIterator(source);
  try {
    const { filename, first } = await readToFile(form, source);
    return {
      filename: cleanName(filename),
      bytes: fileBytes(form, source, first),
      fields: () => form.fields,
      [Symbol.dispose]: end,
    };
  } catch (error) {
    end();
    throw error;
  }
}

/** Reads the form up to its file. Returns the file name, and the bytes of the file that were read with it. */
async function readToFile(
  form: FormParser,
  source: AsyncIterator<Uint8Array>,
): Promise<{ filename: string; first: Uint8Array }> {
  for (;;) {
    const { done, value } = await source.next();
    const first = done ? await form.end() : await form.write(value);
    if (!done && form.filename !== undefined) return { filename: form.filename, first };
    if (done) throw new AppError('bad_request', 'the form has no file in the field `file`');
  }
}

async function* fileBytes(
  form: FormParser,
  source: AsyncIterable<Uint8Array>,
  first: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield first;
  for await (const piece of source) yield await form.write(piece);
  yield await form.end();
}
