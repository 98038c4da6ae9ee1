import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { LOG_MESSAGES } from '../../support/log-messages.ts';

const services = path.resolve(import.meta.dirname, '../../../services');
const sources = globSync('**/*.ts', { cwd: services })
  .map((file) => readFileSync(path.join(services, file), 'utf8'))
  .join('\n');

describe('LOG_MESSAGES', () => {
  for (const message of Object.values(LOG_MESSAGES)) {
    it(`has «${message}» as a service logs it`, () => assert.ok(sources.includes(`'${message}'`)));
  }
});
