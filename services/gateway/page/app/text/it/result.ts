import type { Parts } from '../catalog.ts';

/** The texts about one MP3, in Italian. */
export const result: Parts['result'] = {
  'result.player': 'Lettore',
  'result.play': 'Riproduci',
  'result.pause': 'Pausa',
  'result.back': 'Indietro di 10 secondi',
  'result.forward': 'Avanti di 10 secondi',
  'result.speed': 'Velocità',
  'result.speed_value': '{value}×',
  'result.position': 'Posizione',
  'result.position_of': '{time} di {length}',
  'result.position_in': '{time} di {length}, {chapter}',
  'result.play_error': 'Non è stato possibile caricare l’audio.',
  'result.chapters': 'Capitoli',
  'result.chapter_untitled': 'Capitolo {number}',
  'result.cover': 'Copertina di {name}',

  'result.rename': 'Rinomina',
  'result.name': 'Nome',
  'result.save': 'Salva',
  'result.discard': 'Annulla',
  'result.renamed': 'Ora si chiama {name}.',
  'result.copy_link': 'Copia link',
  'result.link': 'Link all’MP3',
  'result.link_copied': 'Link copiato. Funziona senza accedere. Scadenza: {date}.',
  'result.link_by_hand': 'Copia questo link. Funziona senza accedere. Scadenza: {date}.',
  'result.again': 'Converti di nuovo con altre opzioni',
  'result.again_title': 'Converti di nuovo',
  'result.again_hint': 'L’MP3 attuale resta finché il nuovo non è pronto.',
  'result.again_start': 'Converti',

  'result.facts': 'Informazioni su questo MP3',
  'result.facts_film': 'Informazioni su questa conversione',
  'result.length': 'Durata',
  'result.size': 'Dimensioni',
  'result.bitrate': 'Bitrate medio',
  'result.bitrate_value': '{value} kbps',
  'result.loudness': 'Loudness',
  'result.loudness_value': '{value} LUFS',
  'result.peak': 'Picco reale',
  'result.peak_value': '{value} dBTP',
  'result.silence': 'Silenzio',
  'result.sent': 'Inviato',
  'result.sent_part': '{sent} di {whole}, solo l’audio',
  'result.source': 'Origine',
  'result.created': 'Data di invio',
  'result.expires': 'Scadenza',
  'result.options': 'Opzioni',
  'result.steps': 'Che cosa è stato fatto',
  'result.step.fetch': 'Video recuperato',
  'result.step.probe': 'Video esaminato',
  'result.step.encode': 'Audio convertito',
  'result.step.check': 'MP3 controllato',
  'result.step.store': 'MP3 salvato',
  'result.step_other': 'Passo «{name}»',
  'result.warnings': 'Buono a sapersi',

  'result.warning.truncated':
    'Manca la fine del video. C’erano {seconds} di {of_seconds}, e sono tutti nell’MP3.',
  'result.warning.truncated.open':
    'Manca la fine della registrazione. C’erano {seconds}, e sono tutti nell’MP3.',
  'result.warning.damaged':
    'Una parte dell’audio nel video è danneggiata e non si è potuta decodificare: {seconds}.',
  'result.warning.header_length_wrong':
    'Il video dichiara una durata di {of_seconds}, ma ne contiene {seconds}. Non manca nulla.',
  'result.warning.gap_closed':
    'A {at_seconds} la registrazione si interrompe per {seconds}. La pausa è stata tolta.',
  'result.warning.gap_closed.start':
    'L’audio inizia {seconds} dopo il video. Il silenzio iniziale è stato tolto.',
  'result.warning.track_skipped':
    'Un’altra traccia audio veniva prima, ma non si può decodificare. Questa è la successiva.',
  'result.warning.downmixed':
    'Il video ha un audio surround. È stato ridotto, perché un MP3 ha al massimo due canali.',
  'result.warning.cover_skipped': 'L’immagine di copertina non era utilizzabile ed è stata tolta.',
  'result.warning.tags_limited':
    'Il video ha più tag o capitoli di quanti ne possa contenere un MP3. Alcuni sono stati tolti.',
  'result.warning.limited':
    'La loudness richiesta non è stata raggiunta: più forte avrebbe distorto, o c’è troppo poco audio da misurare.',
  'result.warning.not_copied':
    'Non è stato possibile lasciare invariato l’audio, perché non è un MP3 senza difetti. È stato ricodificato.',
};
