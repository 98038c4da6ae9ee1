import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { client, mailTo } from '../support/client.ts';
import { media, tone } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

for (const system of systemsUnderTest()) {
  describe(`what a system over ${system.name} takes from its users`, () => {
    const api = client(system.gatewayUrl);
    const unique = randomUUID().slice(0, 8);
    // MailDev shows the letters of an international domain, whatever form is sent to it.
    for (const address of [`o'brien-${unique}@example.com`, `ann-${unique}@münchen.example`]) {
      it(`registers ${address}, converts a recording that begins in mid-packet, and sends a mail`, async () => {
        const account = await api.newAccount(address);
        const recording = await readFile(await media('a.ts', ...tone(2), '-c:a', 'aac'));
        const accepted = await api.send('/upload?filename=Mr.%20Bean', {
          method: 'POST',
          // The type that curl sends with --data-binary.
          headers: { ...api.bearer(account), 'content-type': 'application/x-www-form-urlencoded' },
          body: recording.subarray(77),
        });
        assert.equal(accepted.status, 202, await accepted.clone().text());
        const { id } = (await accepted.json()) as { id: string };
        const job = await api.finished(account, id);
        assert.equal(job.status, 'done', JSON.stringify(job.error));
        const download = await api.send(`/download/${id}`, { headers: api.bearer(account) });
        assert.equal(download.headers.get('content-disposition'), 'attachment; filename="Mr. Bean.mp3"');
        await download.arrayBuffer();
        const mail = await mailTo(system.mailUrl, address);
        assert.match(mail.subject, /Mr\. Bean/);
      });
    }

    it('logs a user in whose password arrives in Latin-1', async () => {
      const email = `latin-${unique}@example.com`;
      const password = `pässwörd ${unique}`;
      const registered = await api.send('/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      });
      assert.equal(registered.status, 201);
      for (const encoding of ['latin1', 'utf8'] as const) {
        const credentials = Buffer.from(`${email}:${password}`, encoding).toString('base64');
        const login = await api.send('/login', {
          method: 'POST',
          headers: { authorization: `Basic ${credentials}` },
        });
        assert.equal(login.status, 200, encoding);
      }
    });
  });
}
