import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import {
  createClientAddress,
  type ProxySettings,
} from '../../../../services/gateway/limits/client-address.ts';
import { noProxies, proxyList } from '../../../../services/gateway/limits/trusted-proxies.ts';

const requestFrom = (remoteAddress: string | undefined, headers: IncomingHttpHeaders = {}) => ({
  headers,
  socket: { remoteAddress } as Socket,
});
const ANY_NUMBER = { header: 'x-forwarded-for', maxProxies: 20 } as const;
const trusting = (list: string, settings: Partial<ProxySettings> = {}) =>
  createClientAddress({ isTrusted: proxyList.parse(list), ...ANY_NUMBER, ...settings });
const PROXIES = '10.0.0.0/8, 192.0.2.1, 2001:db8:aaaa::/48, ::1';

describe('createClientAddress, without a proxy', () => {
  const addressOf = createClientAddress({ isTrusted: noProxies, ...ANY_NUMBER });
  for (const [remote, expected] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, undefined],
  ] as const) {
    it(`counts ${remote} as ${expected}`, () => {
      assert.equal(addressOf(requestFrom(remote)), expected);
    });
  }

  it('believes no header', () => {
    const headers = {
      'x-forwarded-for': '198.51.100.1',
      forwarded: 'for=198.51.100.1',
      'x-real-ip': '198.51.100.1',
    };
    for (const remote of ['192.0.2.7', '127.0.0.1', '10.0.0.1'])
      assert.equal(addressOf(requestFrom(remote, headers)), remote);
  });
});

describe('createClientAddress, behind proxies', () => {
  const addressOf = trusting(PROXIES);
  for (const [title, forwardedFor, expected] of [
    ['takes the address that the proxy has added', '203.0.113.9', '203.0.113.9'],
    ['does not read what the client has sent itself', '10.9.9.9, 127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['reads through several proxies', '1.1.1.1, 203.0.113.9, 10.1.1.1, 192.0.2.1', '203.0.113.9'],
    ['takes the last proxy where a proxy stands at the beginning', '10.1.1.1', '10.1.1.1'],
    ['takes the last proxy where the entry is no address', '203.0.113.9, unknown', '10.0.0.1'],
    ['takes the last proxy where a later entry is no address', 'DROP TABLE, 10.1.1.1', '10.1.1.1'],
    ['takes the last proxy where the entry is empty', '203.0.113.9, ', '10.0.0.1'],
    ['takes the last proxy where there are more digits than an address has', '1.2.3.4.5', '10.0.0.1'],
    ['takes the last proxy where a number is written in another way', '0x7f.1, 010.0.0.1', '10.0.0.1'],
    ['reads a port', '203.0.113.9:4711', '203.0.113.9'],
    ['reads IPv6 with a port', '[2001:db8:1:2::9]:4711', '2001:db8:1:2::/64'],
    ['reads IPv6 of a proxy', '203.0.113.9, 2001:db8:aaaa::1', '203.0.113.9'],
    ['reads IPv4 that is mapped into IPv6', '::ffff:203.0.113.9', '203.0.113.9'],
    ['takes a mapped proxy for a proxy', '203.0.113.9, ::ffff:10.1.1.1', '203.0.113.9'],
    ['reads a long list from the right', `${'10.0.0.1, '.repeat(5000)}203.0.113.9`, '203.0.113.9'],
    [
      'takes a proxy where the whole list is of proxies',
      `203.0.113.9, ${'10.0.0.1, '.repeat(50)}10.0.0.2`,
      '10.0.0.1',
    ],
  ] as const) {
    it(title, () => {
      assert.equal(addressOf(requestFrom('10.0.0.1', { 'x-forwarded-for': forwardedFor })), expected);
    });
  }

  for (const [forwarded, expected] of [
    ['for=203.0.113.9', '203.0.113.9'],
    ['for=1.1.1.1, For="203.0.113.9:80";proto=https;by=10.0.0.1', '203.0.113.9'],
    ['proto=https; for="[2001:db8:1:2::9]:4711"', '2001:db8:1:2::/64'],
    ['for=203.0.113.9, for=10.1.1.1', '203.0.113.9'],
    ['for=unknown', '10.0.0.1'],
    ['for=_hidden', '10.0.0.1'],
    ['for=203.0.113.9;for=203.0.113.10', '10.0.0.1'],
    ['for="a, for=203.0.113.9', '203.0.113.9'],
    ['by=203.0.113.9', '10.0.0.1'],
  ] as const) {
    it(`reads \`Forwarded: ${forwarded}\` as ${expected}`, () => {
      const addressOf = trusting(PROXIES, { header: 'forwarded' });
      assert.equal(addressOf(requestFrom('10.0.0.1', { forwarded })), expected);
    });
  }

  for (const [header, own, foreign] of [
    ['x-forwarded-for', { 'x-forwarded-for': '203.0.113.9' }, 'forwarded'],
    ['forwarded', { forwarded: 'for=203.0.113.9' }, 'x-forwarded-for'],
  ] as const) {
    it(`reads ${header} alone where the proxies write that, whatever a client sends as ${foreign}`, () => {
      const addressOf = trusting(PROXIES, { header });
      for (const sent of ['for=192.0.2.1', '198.51.100.1', 'for=127.0.0.1, for=10.0.0.9', ',', '', 'unknown'])
        assert.equal(addressOf(requestFrom('10.0.0.1', { ...own, [foreign]: sent })), '203.0.113.9', sent);
      assert.equal(addressOf(requestFrom('10.0.0.1', { [foreign]: '203.0.113.9' })), '10.0.0.1');
    });
  }

  it('takes no more entries for those of a proxy than there are proxies, also from clients in their networks', () => {
    for (const [maxProxies, expected] of [
      [1, '10.1.2.3'],
      [2, '198.18.0.1'],
    ] as const) {
      const addressOf = trusting('10.0.0.0/8', { maxProxies });
      const headers = { 'x-forwarded-for': '192.0.2.9, 198.18.0.1, 10.1.2.3' };
      assert.equal(addressOf(requestFrom('10.42.0.9', headers)), expected);
    }
  });

  it('believes no header of a client that reaches the gateway without a proxy', () => {
    assert.equal(addressOf(requestFrom('203.0.113.9', { 'x-forwarded-for': '1.1.1.1' })), '203.0.113.9');
  });
});

describe('TRUSTED_PROXIES', () => {
  it('takes a network of IPv6 for none of IPv4', () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    assert.equal(trusting('::/0')(requestFrom('10.0.0.1', headers)), '10.0.0.1');
  });

  for (const list of [
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    'proxy.example.com',
    '10.0.0',
    '*',
    '10.0.0.1:80',
  ]) {
    it(`refuses ${list}`, () => {
      assert.equal(proxyList.safeParse(`192.0.2.1, ${list}`).success, false);
    });
  }
});
