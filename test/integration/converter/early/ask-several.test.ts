import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createConverterApp } from '../../../../services/converter/app.ts';
import { createAskEarly } from '../../../../services/gateway/uploads/tus/ask-early.ts';
import type { UploadRecord } from '../../../../services/gateway/uploads/tus/upload-record.ts';
import { EARLY_HEAD_BYTES, type EarlyRequest } from '../../../../services/shared/jobs/early-request.ts';
import { noProbes, subscriberOptions } from '../../../support/deliver-event.ts';
import { inProcess } from '../../../support/in-process.ts';
import { newUpload } from '../../../support/upload-record.ts';
import { waitFor } from '../../../support/wait.ts';
import { setUp, startConverter } from './early-converter.ts';

type Converter = Awaited<ReturnType<typeof startConverter>>;

const options = subscriberOptions();
const headers = { 'dapr-api-token': options.apiToken ?? '' };

/** The upload of a request, of which the gateway has just stored enough. */
const uploadOf = ({ job_id, blob_id, size, options }: EarlyRequest): UploadRecord =>
  newUpload({
    ...{ job: job_id, blob: blob_id, size, options },
    checkpoint: { offset: EARLY_HEAD_BYTES, hash: '', tail: null },
  });

/** A gateway whose sidecar passes its requests to the converters in turn, by HTTP. */
function gatewayOf(converters: readonly Converter[]) {
  const clients = converters.map(({ early }) =>
    inProcess(
      createConverterApp({ ...options, convert: () => assert.fail('delivered'), probe: noProbes, early }),
    ),
  );
  const statuses: number[] = [];
  const ask = createAskEarly(
    async (_app, { path, body }) => {
      const client = clients[statuses.length % clients.length] ?? assert.fail();
      const reply = await client('POST', path, { headers, body: JSON.parse(String(body)) });
      statuses.push(reply.status);
      return { ...reply, body: reply.text };
    },
    new AbortController().signal,
    pino({ level: 'silent' }),
    { maxAttempts: 8, pauseMs: 1 },
  );
  return { statuses, ask: (request: EarlyRequest) => ask(uploadOf(request), 0) };
}

/** Keeps a converter at work with something else. Returns a function that ends that. */
function occupy({ slots }: Converter): () => Promise<void> {
  const end = Promise.withResolvers<void>();
  const work = slots.run(new AbortController().signal, () => end.promise);
  return async () => {
    end.resolve();
    await work;
  };
}

async function startThree(context: TestContext) {
  const { state, upload } = await setUp();
  const converters: Converter[] = [];
  while (converters.length < 3) converters.push(await startConverter(context, state));
  return {
    ...{ state, upload, converters },
    async [Symbol.asyncDispose]() {
      for (const converter of converters) await converter[Symbol.asyncDispose]();
    },
  };
}

/** Three converters that are all busy, and a gateway that asks them. */
async function startThreeBusy(context: TestContext) {
  const { converters, upload, [Symbol.asyncDispose]: dispose } = await startThree(context);
  const ends = converters.map(occupy);
  return {
    ...{ converters, upload, ends, ...gatewayOf(converters) },
    async [Symbol.asyncDispose]() {
      for (const end of ends) await end();
      await dispose();
    },
  };
}

const begunBy = (converters: readonly Converter[], id: string): number[] =>
  converters.flatMap(({ early }, number) => (early.waitingFor === id ? [number] : []));

describe('a gateway with three converters', () => {
  for (const busy of [[0], [0, 1], [1, 2]]) {
    const title =
      busy.length === 1
        ? 'the first of them is'
        : `two of them (${busy.map((number) => number + 1).join(', ')}) are`;
    it(`has a film begun and converted by an idle one, when ${title} busy`, async (context) => {
      await using system = await startThree(context);
      const { converters, upload } = system;
      const ends = busy.map((number) => occupy(converters[number] ?? assert.fail()));
      const { ask, statuses } = gatewayOf(converters);
      let begun: number[] = [];
      const job = await upload(async (request) => {
        ask(request);
        await waitFor('the begin', () => statuses.includes(202), { pauseMs: 5 });
        begun = begunBy(converters, request.job_id);
      });
      const idle = [0, 1, 2].find((number) => !busy.includes(number)) ?? assert.fail();
      assert.deepEqual(begun, [idle]);
      const beginner = converters[idle] ?? assert.fail();
      await waitFor('the MP3', async () => (await beginner.converter.job(job)).status === 'done');
      await waitFor('the end', () => beginner.outcomes.length === 1);
      assert.deepEqual(beginner.outcomes, ['taken']);
      for (const end of ends) await end();
    });
  }

  it('has a film begun by one of them that becomes idle while it asks', async (context) => {
    await using system = await startThreeBusy(context);
    const { converters, upload, ask, statuses } = system;
    await upload(async (request) => {
      ask(request);
      await waitFor('the first questions', () => statuses.length >= 3, { pauseMs: 1 });
      await system.ends[0]?.();
      await waitFor('the begin', () => begunBy(converters, request.job_id).length > 0, { pauseMs: 5 });
      assert.deepEqual(begunBy(converters, request.job_id), [0]);
    });
  });

  it('leaves the film to its job when all stay busy', async (context) => {
    await using system = await startThreeBusy(context);
    const { converters, upload, ask, statuses } = system;
    await upload(async (request) => {
      ask(request);
      await waitFor('the last question', () => statuses.length === 8, { pauseMs: 5 });
      assert.deepEqual(statuses, Array(8).fill(204));
      assert.deepEqual(begunBy(converters, request.job_id), []);
    });
  });
});

describe('of several converters that are asked to begin with one film', () => {
  it('one works on it alone, and the others end before they read it', async (context) => {
    await using system = await startThree(context);
    const { converters, upload, state } = system;
    const job = await upload(async (request) => {
      // The answers to a gateway were lost, so that it has asked all of them.
      for (const { early } of converters) assert.equal(early.begin(request), true);
      await waitFor('the others', () => begunBy(converters, request.job_id).length === 1, { pauseMs: 5 });
      assert.ok(await state.get(`early:${request.job_id}`));
    });
    await waitFor('the end', () => converters.every(({ outcomes }) => outcomes.length === 1));
    assert.deepEqual(converters.map(({ outcomes }) => outcomes[0]).toSorted(), [
      'discarded',
      'discarded',
      'taken',
    ]);
    assert.equal(converters.filter(({ hasConverted }) => hasConverted()).length, 1);
    const status = await converters[0]?.converter.job(job);
    assert.deepEqual([status?.status, status?.attempts], ['done', 1]);
  });

  it('the same one is asked again without harm', async (context) => {
    await using system = await startThree(context);
    const [first] = system.converters;
    const other = { ...randomRequest() };
    await system.upload(async (request) => {
      assert.equal(first?.early.begin(request), true);
      assert.equal(first.early.begin(request), true);
      assert.equal(first.early.begin(other), false, 'it works on one film at a time');
    });
    await waitFor('the end', () => first?.outcomes.length === 1);
    assert.deepEqual(first?.outcomes, ['taken']);
  });
});

const randomRequest = (): EarlyRequest => ({
  ...{ job_id: randomUUID(), blob_id: randomUUID(), size: 2 * EARLY_HEAD_BYTES, options: { quality: 4 } },
});
