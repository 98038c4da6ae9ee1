import { rmSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConverterApp } from '../../../../services/converter/app.ts';
import { createConversionSpeed } from '../../../../services/converter/capacity/conversion-speed.ts';
import { describeFile } from '../../../../services/converter/probe/describe-file.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import type { ProbeResult } from '../../../../services/shared/jobs/probe.ts';
import { encodeProbeRequest, type ProbeRequest } from '../../../../services/shared/jobs/probe-request.ts';
import { createSpool } from '../../../../services/shared/runtime/spool.ts';
import { noProbes, subscriberOptions } from '../../../support/deliver-event.ts';
import { inProcess, type Reply } from '../../../support/in-process.ts';
import { tools } from '../../../support/tools.ts';

const root = join(tmpdir(), `mp3converter-probes-${process.pid}`);
const spool = createSpool(root);
process.once('exit', () => rmSync(root, { recursive: true, force: true }));
const options = subscriberOptions();
const speed = createConversionSpeed();

/** A converter that answers probes with the real tools. */
const call = inProcess(
  createConverterApp({
    ...options,
    convert: noProbes.describe as never,
    probe: {
      spool,
      describe: (folder, request, signal) => describeFile({ ...tools, folder, signal, speed }, request),
    },
  }),
);

export interface Ends {
  head: number;
  tail: number;
}

/** Sends parts of a file to `POST /probe` of a converter, as a gateway does. */
export async function send(
  path: string,
  { head, tail }: Ends,
  conversion: ConversionOptions = { quality: 2 },
): Promise<Reply> {
  const { size } = await stat(path);
  await using file = await open(path);
  const parts = Buffer.alloc(head + tail);
  await file.read(parts, 0, head, 0);
  if (tail > 0) await file.read(parts, head, tail, size - tail);
  return sendParts({ options: conversion, size, head, tail }, parts);
}

/** Sends parts of a file that are in memory. @param parts its first `head` bytes, then its last `tail` bytes */
export function sendParts(request: ProbeRequest, parts: Buffer): Promise<Reply> {
  const line = encodeProbeRequest(request);
  return call('POST', '/probe', {
    headers: { 'dapr-api-token': options.apiToken ?? '' },
    body: Buffer.concat([line, parts]),
  });
}

/** What a converter says to the ends of a file. @param bytes of each end */
export async function probeEnds(
  path: string,
  bytes: number,
  conversion?: ConversionOptions,
): Promise<ProbeResult> {
  const { size } = await stat(path);
  if (size <= 3 * bytes) throw new Error(`${path} has ${size} bytes, so that there is no hole`);
  return (await send(path, { head: bytes, tail: bytes }, conversion)).json;
}

/** What a converter says to a whole file. */
export async function probeWhole(path: string, conversion?: ConversionOptions): Promise<ProbeResult> {
  return (await send(path, { head: (await stat(path)).size, tail: 0 }, conversion)).json;
}
