import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeTexts } from '../../../../services/converter/tags/charset.ts';
import { encodeCharset, utf8 } from './encode-charset.ts';

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
