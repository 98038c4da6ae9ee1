import { Counter, type Registry } from 'prom-client';
import type { EarlyOutcome } from './begin-early.ts';

/** Adds a metric that counts the conversions that were begun during an upload. */
export function countEarly(registry: Registry): Counter<'outcome'> {
  const counter = new Counter({
    name: 'mp3converter_early_conversions_total',
    help: 'Conversions that were begun during the upload, by whether an attempt took them over',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['taken', 'discarded'] satisfies EarlyOutcome[]) counter.inc({ outcome }, 0);
  return counter;
}
