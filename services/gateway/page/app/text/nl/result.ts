import type { Parts } from '../catalog.ts';

/** The texts about one MP3, in Dutch. */
export const result: Parts['result'] = {
  'result.player': 'Speler',
  'result.play': 'Afspelen',
  'result.pause': 'Pauzeren',
  'result.back': '10 seconden terug',
  'result.forward': '10 seconden vooruit',
  'result.speed': 'Snelheid',
  'result.speed_value': '{value}×',
  'result.position': 'Positie',
  'result.position_of': '{time} van {length}',
  'result.position_in': '{time} van {length}, {chapter}',
  'result.play_error': 'Het geluid kon niet worden geladen.',
  'result.chapters': 'Hoofdstukken',
  'result.chapter_untitled': 'Hoofdstuk {number}',
  'result.cover': 'Hoes van {name}',

  'result.rename': 'Naam wijzigen',
  'result.name': 'Naam',
  'result.save': 'Opslaan',
  'result.discard': 'Niet opslaan',
  'result.renamed': 'De naam is nu {name}.',
  'result.copy_link': 'Link kopiëren',
  'result.link': 'Link naar de MP3',
  'result.link_copied': 'De link is gekopieerd. Hij werkt zonder inloggen tot {date}.',
  'result.link_by_hand': 'Kopieer deze link. Hij werkt zonder inloggen tot {date}.',
  'result.again': 'Opnieuw omzetten met andere opties',
  'result.again_title': 'Opnieuw omzetten',
  'result.again_hint': 'De huidige MP3 blijft tot de nieuwe klaar is.',
  'result.again_start': 'Omzetten',

  'result.facts': 'Over deze MP3',
  'result.facts_film': 'Over deze omzetting',
  'result.length': 'Lengte',
  'result.size': 'Grootte',
  'result.bitrate': 'Gemiddelde bitrate',
  'result.bitrate_value': '{value} kbps',
  'result.loudness': 'Luidheid',
  'result.loudness_value': '{value} LUFS',
  'result.peak': 'True peak',
  'result.peak_value': '{value} dBTP',
  'result.silence': 'Stilte',
  'result.sent': 'Verstuurd',
  'result.sent_part': '{sent} van {whole}, alleen het geluid',
  'result.source': 'Uit',
  'result.created': 'Verstuurd op',
  'result.expires': 'Bewaard tot',
  'result.options': 'Opties',
  'result.steps': 'Wat er is gedaan',
  'result.step.fetch': 'Film uit de opslag gehaald',
  'result.step.probe': 'Film onderzocht',
  'result.step.encode': 'Geluid omgezet',
  'result.step.check': 'MP3 gecontroleerd',
  'result.step.store': 'MP3 opgeslagen',
  'result.step_other': 'Stap ‘{name}’',
  'result.warnings': 'Goed om te weten',

  'result.warning.truncated':
    'Het einde van de film ontbreekt. Er was {seconds} van {of_seconds}, en dat zit allemaal in de MP3.',
  'result.warning.truncated.open':
    'Het einde van de opname ontbreekt. Er was {seconds}, en dat zit allemaal in de MP3.',
  'result.warning.damaged':
    'Een deel van het geluid is in de film beschadigd en kon niet worden gedecodeerd: {seconds}.',
  'result.warning.header_length_wrong':
    'De film zegt {of_seconds} lang te zijn, maar bevat {seconds}. Er ontbreekt niets.',
  'result.warning.gap_closed': 'Bij {at_seconds} valt de opname {seconds} stil. De pauze is weggelaten.',
  'result.warning.gap_closed.start':
    'Het geluid begint {seconds} na de film. De stilte ervoor is weggelaten.',
  'result.warning.track_skipped':
    'Een ander audiospoor was eerst aan de beurt, maar kan niet worden gedecodeerd. Dit is het volgende.',
  'result.warning.downmixed':
    'De film heeft surroundgeluid. Het is teruggemixt, want een MP3 heeft hoogstens twee kanalen.',
  'result.warning.cover_skipped': 'De afbeelding voor de hoes was niet te gebruiken en is weggelaten.',
  'result.warning.tags_limited':
    'De film heeft meer tags of hoofdstukken dan in een MP3 passen. Enkele zijn weggelaten.',
  'result.warning.limited':
    'De gevraagde luidheid is niet gehaald: luider zou vervormen, of er is te weinig geluid om te meten.',
  'result.warning.not_copied':
    'Het geluid kon niet onveranderd worden overgenomen, omdat het geen foutloze MP3 is. Het is opnieuw gecodeerd.',
};
