import type { Parts } from '../catalog.ts';

/** The texts about one MP3, in German. */
export const result: Parts['result'] = {
  'result.player': 'Player',
  'result.play': 'Abspielen',
  'result.pause': 'Pause',
  'result.back': '10 Sekunden zurück',
  'result.forward': '10 Sekunden vor',
  'result.speed': 'Geschwindigkeit',
  'result.speed_value': '{value}×',
  'result.position': 'Position',
  'result.position_of': '{time} von {length}',
  'result.position_in': '{time} von {length}, {chapter}',
  'result.play_error': 'Der Ton konnte nicht geladen werden.',
  'result.chapters': 'Kapitel',
  'result.chapter_untitled': 'Kapitel {number}',
  'result.cover': 'Cover von {name}',

  'result.rename': 'Umbenennen',
  'result.name': 'Name',
  'result.save': 'Speichern',
  'result.discard': 'Verwerfen',
  'result.renamed': 'Der Name ist jetzt {name}.',
  'result.copy_link': 'Link kopieren',
  'result.link': 'Link zur MP3',
  'result.link_copied': 'Der Link ist kopiert. Er gilt ohne Anmeldung bis {date}.',
  'result.link_by_hand': 'Kopiere diesen Link. Er gilt ohne Anmeldung bis {date}.',
  'result.again': 'Mit anderen Optionen noch einmal umwandeln',
  'result.again_title': 'Noch einmal umwandeln',
  'result.again_hint': 'Die jetzige MP3 bleibt, bis die neue fertig ist.',
  'result.again_start': 'Umwandeln',

  'result.facts': 'Über diese MP3',
  'result.facts_film': 'Über diese Umwandlung',
  'result.length': 'Länge',
  'result.size': 'Größe',
  'result.bitrate': 'Mittlere Bitrate',
  'result.bitrate_value': '{value} kbps',
  'result.loudness': 'Lautheit',
  'result.loudness_value': '{value} LUFS',
  'result.peak': 'True Peak',
  'result.peak_value': '{value} dBTP',
  'result.silence': 'Stille',
  'result.sent': 'Gesendet',
  'result.sent_part': '{sent} von {whole}, nur der Ton',
  'result.source': 'Aus',
  'result.created': 'Gesendet am',
  'result.expires': 'Aufbewahrt bis',
  'result.options': 'Optionen',
  'result.steps': 'Was gemacht wurde',
  'result.step.fetch': 'Film aus dem Speicher geholt',
  'result.step.probe': 'Film untersucht',
  'result.step.encode': 'Ton umgewandelt',
  'result.step.check': 'MP3 geprüft',
  'result.step.store': 'MP3 gespeichert',
  'result.step_other': 'Schritt „{name}“',
  'result.warnings': 'Gut zu wissen',

  'result.warning.truncated':
    'Das Ende des Films fehlt. {seconds} von {of_seconds} waren da, und alles davon ist in der MP3.',
  'result.warning.truncated.open':
    'Das Ende der Aufnahme fehlt. {seconds} waren da, und alles davon ist in der MP3.',
  'result.warning.damaged':
    'Ein Teil des Tons ist im Film beschädigt und konnte nicht dekodiert werden: {seconds}.',
  'result.warning.header_length_wrong':
    'Der Film gibt seine Länge mit {of_seconds} an, enthält aber {seconds}. Es fehlt nichts.',
  'result.warning.gap_closed':
    'Bei {at_seconds} setzt die Aufnahme aus: {seconds}. Die Pause wurde weggelassen.',
  'result.warning.gap_closed.start':
    'Der Ton beginnt später als der Film: {seconds}. Die Stille davor wurde weggelassen.',
  'result.warning.track_skipped':
    'Eine andere Tonspur wäre zuerst gekommen, kann aber nicht dekodiert werden. Das ist die nächste.',
  'result.warning.downmixed':
    'Der Film hat Surround-Ton. Er wurde heruntergemischt, denn eine MP3 hat höchstens zwei Kanäle.',
  'result.warning.cover_skipped': 'Das Coverbild war nicht zu gebrauchen und wurde weggelassen.',
  'result.warning.tags_limited':
    'Der Film hat mehr Tags oder Kapitel, als eine MP3 haben darf. Einige wurden weggelassen.',
  'result.warning.limited':
    'Die gewünschte Lautheit wurde nicht erreicht: Lauter hätte es verzerrt, oder es gibt zu wenig Ton zum Messen.',
  'result.warning.not_copied':
    'Der Ton konnte nicht unverändert übernommen werden, weil er keine fehlerfreie MP3 ist. Er wurde neu kodiert.',
};
