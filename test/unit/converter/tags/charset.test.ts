import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeTexts } from '../../../../services/converter/tags/charset.ts';
import { canEncode, encodeCharset, utf8 } from './encode-charset.ts';
import { placeNames } from './place-names.ts';

const LEGACY: [charset: string, ...texts: string[][]][] = [
  [
    'windows-1251',
    ['Привет'],
    ['Кино', 'Группа крови'],
    ['Наутилус Помпилиус'],
    ['Лекция 4. Дифференциальные уравнения'],
    ['Тарас Шевченко', 'Заповіт'],
    ['Љиљана', 'Београд'],
    ['Земфира – Хочешь?'],
  ],
  ['koi8-r', ['Привет'], ['Аквариум', 'Город золотой'], ['Сказка о царе Салтане']],
  ['ibm866', ['Песня'], ['Машина времени', 'Поворот'], ['Ваза', 'Вагон']],
  [
    'windows-1252',
    ['Céline Dion', 'D’eux'],
    ['Björk', 'Jóga'],
    ['Mylène Farmer', 'Désenchantée'],
    ['Ágætis byrjun'],
    ['João Gilberto', 'Chega de Saudade — Coração'],
    ['Jürgen spricht ‚Über‘ Fußball'],
    ['café'],
  ],
  [
    'windows-1250',
    ['Dvořák'],
    ['Jaromír Nohavica', 'Když mě brali za vojáka'],
    ['Czesław Niemen', 'Dziwny jest ten świat'],
    ['Šťastné Vánoce'],
  ],
  ['shift_jis', ['さくら'], ['上を向いて歩こう', '坂本九'], ['残酷な天使のテーゼ'], ['第１話「出会い」']],
  ['euc-jp', ['こんにちは'], ['残酷な天使のテーゼ']],
  ['gbk', ['月亮代表我的心'], ['甜蜜蜜', '邓丽君'], ['平凡之路', '朴树']],
  ['big5', ['鄧麗君'], ['青花瓷', '周杰倫'], ['第一課 你好嗎']],
  ['euc-kr', ['안녕하세요'], ['강남스타일', '싸이'], ['아리랑']],
  ['windows-1253', ['Καλημέρα'], ['Ζορμπάς', 'Μίκης Θεοδωράκης']],
  ['windows-1254', ['Barış Manço'], ['Tarkan', 'Şımarık']],
  ['windows-1255', ['שלום'], ['ירושלים של זהב', 'נעמי שמר']],
  ['windows-1256', ['مرحبا'], ['فيروز', 'نسم علينا الهوى']],
  ['windows-874', ['เพลงชาติไทย']],
];

describe('decodeTexts', () => {
  for (const [charset, ...files] of LEGACY) {
    for (const texts of files) {
      it(`reads «${texts.join('», «')}» of a file in ${charset}`, () => {
        assert.deepEqual(decodeTexts(texts.map((text) => encodeCharset(text, charset))), texts);
      });
    }
  }

  // Somewhat less than was measured, because the names change with ICU. With one short name alone, no detector is always right.
  const SHARES: [language: string, charset: string, alone: number, threeTogether: number][] = [
    ['ru', 'windows-1251', 0.94, 0.95],
    ['uk', 'windows-1251', 0.96, 0.95],
    ['bg', 'windows-1251', 0.94, 0.95],
    ['ru', 'koi8-r', 0.92, 0.95],
    ['ru', 'ibm866', 0.94, 0.95],
    ['fr', 'windows-1252', 0.94, 0.95],
    ['de', 'windows-1252', 0.99, 0.95],
    ['es', 'windows-1252', 0.99, 0.95],
    ['pt', 'windows-1252', 0.94, 0.95],
    ['is', 'windows-1252', 0.97, 0.95],
    ['cs', 'windows-1250', 0.91, 0.95],
    ['hu', 'windows-1250', 0.96, 0.95],
    ['tr', 'windows-1254', 0.87, 0.92],
    ['el', 'windows-1253', 0.95, 0.95],
    ['he', 'windows-1255', 0.91, 0.95],
    ['ar', 'windows-1256', 0.88, 0.95],
    ['th', 'windows-874', 0.89, 0.95],
    ['ja', 'shift_jis', 0.97, 0.95],
    ['ja', 'euc-jp', 0.97, 0.95],
    ['zh', 'gbk', 0.79, 0.95],
    ['zh-TW', 'big5', 0.89, 0.95],
    ['ko', 'euc-kr', 0.95, 0.95],
  ];
  for (const [language, charset, alone, threeTogether] of SHARES) {
    it(`reads names of countries in ${charset} (${language}): ${Math.round(alone * 100)} % alone, ${threeTogether * 100} % in threes`, () => {
      const names = placeNames(language).filter((name) => canEncode(name, charset));
      for (const [size, share] of [
        [1, alone],
        [3, threeTogether],
      ] as const) {
        const files = Array.from({ length: Math.floor(names.length / size) }, (_, at) =>
          names.slice(at * size, (at + 1) * size),
        );
        const right = files.filter(
          (texts) => decodeTexts(texts.map((text) => encodeCharset(text, charset))).join() === texts.join(),
        );
        assert.ok(right.length / files.length >= share, `${right.length} of ${files.length}`);
      }
    });
  }

  it('reads UTF-8 beside a text in a code page of the same file', () => {
    const texts = [utf8('Žižkov 東京'), encodeCharset('Группа крови', 'windows-1251'), 'ASCII'];
    assert.deepEqual(decodeTexts(texts), ['Žižkov 東京', 'Группа крови', 'ASCII']);
  });

  it('decides with the long texts of a file what the short ones are', () => {
    const texts = ['Би-2', 'Полковнику никто не пишет'];
    assert.deepEqual(decodeTexts(texts.map((text) => encodeCharset(text, 'windows-1251'))), texts);
  });

  it('drops the part of a character at the end of a field of 30 bytes', () => {
    const field = utf8('Полковнику никто не пишет').slice(0, 30);
    assert.deepEqual(decodeTexts([field]), ['Полковнику никт']);
  });
});
