import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { removeCoordinates } from '../../../../services/converter/tags/coordinates.ts';

describe('removeCoordinates', () => {
  const CASES: [raw: string, left: string][] = [
    ['+52.5200+013.4050/', ''],
    ['+52.5200+013.4050+034.210/', ''],
    ['-33.8568+151.2153CRSWGS_84/', ''],
    ['+5231+01324/', ''],
    ['+52.5200+013.4050/ Sunset', 'Sunset'],
    ['(+48.8577, +002.2950)', ''],
    ['geo:52.52,13.405', ''],
    ['GEO:52.52,13.405', ''],
    ['52.520008n 13.404954e', ''],
    ['52.520008, 13.404954', ''],
    ['52.520008 13.404954', ''],
    ['52.520008° N, 13.404954° E', ''],
    ['52°31\'12"N 13°24\'18"E', ''],
    ['N 52° 31.2′ E 13° 24.3′', ''],
    ['Sunset +52.5200+013.4050/ in Berlin', 'Sunset  in Berlin'],
    ['https://maps.example/@52.520008,13.404954,17z', 'https://maps.example/@,17z'],
    ['+44 20 7946 0958', '+44 20 7946 0958'],
    ['1+1+1', '1+1+1'],
    ['2020-05-06', '2020-05-06'],
    ['3.14, 2.72', '3.14, 2.72'],
    ['Track -3.5 dB, 44.1 kHz', 'Track -3.5 dB, 44.1 kHz'],
    ['20 °C', '20 °C'],
    ['Live 12.07.2009', 'Live 12.07.2009'],
    ['192.168.1.1, 10.0.0.1', '192.168.1.1, 10.0.0.1'],
  ];
  for (const [raw, left] of CASES) {
    it(`leaves «${left}» of «${raw}»`, () => assert.equal(removeCoordinates(raw), left));
  }

  for (const part of ['+1', '1.', '1°', '+12.34', 'N 1°']) {
    it(`leaves a long text of «${part}» as it is`, () => {
      const text = part.repeat(4000);
      assert.equal(removeCoordinates(text), text);
    });
  }
});
