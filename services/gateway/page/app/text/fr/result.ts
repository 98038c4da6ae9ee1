import type { Parts } from '../catalog.ts';

/** The texts about one MP3, in French. */
export const result: Parts['result'] = {
  'result.player': 'Lecteur',
  'result.play': 'Lire',
  'result.pause': 'Pause',
  'result.back': 'Reculer de 10 secondes',
  'result.forward': 'Avancer de 10 secondes',
  'result.speed': 'Vitesse',
  'result.speed_value': '{value}×',
  'result.position': 'Position',
  'result.position_of': '{time} sur {length}',
  'result.position_in': '{time} sur {length}, {chapter}',
  'result.play_error': 'Le son n’a pas pu être chargé.',
  'result.chapters': 'Chapitres',
  'result.chapter_untitled': 'Chapitre {number}',
  'result.cover': 'Pochette de {name}',

  'result.rename': 'Renommer',
  'result.name': 'Nom',
  'result.save': 'Enregistrer',
  'result.discard': 'Abandonner',
  'result.renamed': 'Le nouveau nom est {name}.',
  'result.copy_link': 'Copier le lien',
  'result.link': 'Lien vers le MP3',
  'result.link_copied': 'Le lien est copié. Il fonctionne sans connexion jusqu’au {date}.',
  'result.link_by_hand': 'Copiez ce lien. Il fonctionne sans connexion jusqu’au {date}.',
  'result.again': 'Convertir à nouveau avec d’autres options',
  'result.again_title': 'Convertir à nouveau',
  'result.again_hint': 'Le MP3 actuel reste jusqu’à ce que le nouveau soit prêt.',
  'result.again_start': 'Convertir',

  'result.facts': 'À propos de ce MP3',
  'result.facts_film': 'À propos de cette conversion',
  'result.length': 'Durée',
  'result.size': 'Taille',
  'result.bitrate': 'Débit moyen',
  'result.bitrate_value': '{value} kbps',
  'result.loudness': 'Volume perçu',
  'result.loudness_value': '{value} LUFS',
  'result.peak': 'Crête réelle',
  'result.peak_value': '{value} dBTP',
  'result.silence': 'Silence',
  'result.sent': 'Envoyé',
  'result.sent_part': '{sent} sur {whole}, le son seul',
  'result.source': 'Source',
  'result.created': 'Envoyé le',
  'result.expires': 'Conservé jusqu’au',
  'result.options': 'Options',
  'result.steps': 'Ce qui a été fait',
  'result.step.fetch': 'Vidéo récupérée',
  'result.step.probe': 'Vidéo examinée',
  'result.step.encode': 'Son converti',
  'result.step.check': 'MP3 vérifié',
  'result.step.store': 'MP3 enregistré',
  'result.step_other': 'Étape « {name} »',
  'result.warnings': 'Bon à savoir',

  'result.warning.truncated':
    'La fin de la vidéo manque. Il y avait {seconds} sur {of_seconds}, et tout cela est dans le MP3.',
  'result.warning.truncated.open':
    'La fin de l’enregistrement manque. Il y avait {seconds}, et tout cela est dans le MP3.',
  'result.warning.damaged':
    'Une partie du son est endommagée dans la vidéo et n’a pas pu être décodée : {seconds}.',
  'result.warning.header_length_wrong':
    'La vidéo annonce une durée de {of_seconds}, mais en contient {seconds}. Il ne manque rien.',
  'result.warning.gap_closed':
    'À {at_seconds}, l’enregistrement s’interrompt pendant {seconds}. La pause a été retirée.',
  'result.warning.gap_closed.start':
    'Le son commence {seconds} après la vidéo. Le silence qui précède a été retiré.',
  'result.warning.track_skipped':
    'Une autre piste audio aurait dû passer en premier, mais elle ne peut pas être décodée. Voici la suivante.',
  'result.warning.downmixed':
    'La vidéo a un son surround. Il a été réduit, car un MP3 a deux canaux au plus.',
  'result.warning.cover_skipped': 'L’image de la pochette était inutilisable et a été retirée.',
  'result.warning.tags_limited':
    'La vidéo a plus de tags ou de chapitres qu’un MP3 ne peut en contenir. Certains ont été retirés.',
  'result.warning.limited':
    'Le volume demandé n’a pas été atteint : plus fort, le son aurait saturé, ou il y en a trop peu à mesurer.',
  'result.warning.not_copied':
    'Le son n’a pas pu être repris tel quel, car ce n’est pas un MP3 sans défaut. Il a été réencodé.',
};
