import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../../shared/http/koa-app.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { cleanName } from './file-name.ts';
import { createFormParser } from './multipart-parser.ts';
import type { Upload } from './request-body.ts';

/**
 * The file of a multipart form (RFC 7578), field `file`, handed to `consume` as it arrives. Only as much of the form is
 * read as `consume` asks for. The file's bytes end when the form does, since what follows the file may still be refused.
 */
export async function receiveForm<T>(
  context: ParameterizedContext<RequestState>,
  consume: (upload: Upload) => Promise<T>,
): Promise<T> {
  const form = createFormParser(context.get('content-type'));
  // Stopping early must not destroy the socket: the response still goes out on it.
  const source = context.req.iterator({ destroyOnReturn: false });
  try {
    let first: Uint8Array = new Uint8Array();
    while (form.filename === undefined) {
      const { done, value } = await source.next();
      first = done ? await form.end() : await form.write(value);
      if (done) throw new AppError('bad_request', 'the form has no file in the field `file`');
    }
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield first;
      for await (const piece of source) yield await form.write(piece);
      yield await form.end();
    };
    return await consume({ filename: cleanName(form.filename), bytes: bytes() });
  } finally {
    // Not awaited: while the client sends nothing, this waits for it.
    source.return?.()?.catch(() => undefined);
  }
}
