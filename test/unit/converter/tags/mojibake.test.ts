import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { repairMojibake } from '../../../../services/converter/tags/mojibake.ts';
import { encodeCharset, utf8 } from './encode-charset.ts';
import { placeNames } from './place-names.ts';

/** As a program shows a code page that it takes for Latin-1, or for Windows-1252. */
const asLatin1 = encodeCharset;
const asWindows1252 = (text: string, charset: string) =>
  new TextDecoder('windows-1252').decode(Buffer.from(encodeCharset(text, charset), 'latin1'));

describe('repairMojibake', () => {
  const BROKEN: [charset: string, ...texts: string[][]][] = [
    [
      'windows-1251',
      ['Привет'],
      ['Кино'],
      ['ЗВЕЗДА ПО ИМЕНИ СОЛНЦЕ'],
      ['ДДТ', 'Осень'],
      ['Сплин', 'Выхода нет (live)'],
    ],
    ['koi8-r', ['Привет'], ['Аквариум', 'Город золотой']],
    ['windows-1253', ['Καλημέρα'], ['Μίκης Θεοδωράκης']],
    ['windows-1255', ['ירושלים של זהב']],
    ['windows-1256', ['فيروز', 'نسم علينا الهوى']],
    ['shift_jis', ['テスト'], ['上を向いて歩こう', '坂本九'], ['第１話「出会い」']],
    ['gbk', ['月亮代表我的心'], ['平凡之路', '朴树']],
    ['big5', ['青花瓷', '周杰倫'], ['第一課 你好嗎']],
    ['euc-kr', ['강남스타일', '싸이']],
  ];
  for (const [charset, ...files] of BROKEN) {
    for (const texts of files) {
      it(`repairs «${texts.join('», «')}» in ${charset} that was read as Latin-1 or as Windows-1252`, () => {
        assert.deepEqual(repairMojibake(texts.map((text) => asLatin1(text, charset))), texts);
        assert.deepEqual(repairMojibake(texts.map((text) => asWindows1252(text, charset))), texts);
      });
    }
  }

  for (const text of ['Björk', 'Привет', 'Ágætis byrjun', '東京', 'Für Elise – Ω']) {
    it(`repairs «${text}» in UTF-8 that was read as Latin-1`, () => {
      assert.deepEqual(repairMojibake([utf8(text)]), [text]);
    });
  }

  // Each of them alone, which is the weakest evidence against a repair.
  const RIGHT = [
    ...[
      'Björk',
      'Mylène Farmer',
      'Sigur Rós',
      'Ágætis byrjun',
      'Año',
      'Motörhead',
      'Beyoncé',
      'Größe',
      'ÆØÅ',
    ],
    ...[
      'Þú og ég',
      'Ýmsir flytjendur',
      'Où ça? Là-bas',
      'L’été à la plage',
      'Coração de São João',
      'NÃO',
      'ÅÄÖ',
    ],
    ...[
      'Crème Brûlée',
      'Øystein Sunde',
      'Færøerne',
      'Queensrÿche',
      'Ñandú',
      '“Weird Al” Yankovic',
      '½ + ¼ £5',
    ],
    ...[
      'Éé',
      'ÄÖÜ äöü ß',
      'éééééé',
      'Ööööö',
      '20 °C',
      'Œuvre – naïveté',
      'Voilà\u00a0!',
      '© 2020 Sinéad O’Connor',
    ],
    ...['Łódź', 'Dvořák', 'Привет, Björk', 'Αθήνα', '東京', 'こんにちは', '안녕', 'שלום', 'ASCII', ''],
  ];
  for (const text of RIGHT) {
    it(`leaves «${text}» as it is`, () => {
      assert.deepEqual(repairMojibake([text]), [text]);
    });
  }

  it('leaves a file in which a repair would spoil another name', () => {
    assert.deepEqual(repairMojibake(['Björk', 'Ïðèâåò ìèð']), ['Björk', 'Ïðèâåò ìèð']);
  });

  for (const language of 'fr es de pt it ca gl nl sv fi da nb is fo ga eu sq af'.split(' ')) {
    it(`leaves every name of a country or a language in ${language} as it is`, () => {
      const names = placeNames(language);
      assert.ok(names.length > 0);
      assert.deepEqual(
        names.filter((name) => repairMojibake([name])[0] !== name),
        [],
      );
    });
  }

  it('leaves the names of a whole album as they are', () => {
    assert.deepEqual(repairMojibake(RIGHT), RIGHT);
  });
});
