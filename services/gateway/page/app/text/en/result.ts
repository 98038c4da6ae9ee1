/** Texts about one MP3. They are loaded with its player. */
export const result = {
  'result.player': 'Player',
  'result.play': 'Play',
  'result.pause': 'Pause',
  'result.back': '10 seconds back',
  'result.forward': '10 seconds forward',
  'result.speed': 'Speed',
  'result.speed_value': '{value}×',
  'result.position': 'Position',
  'result.position_of': '{time} of {length}',
  'result.position_in': '{time} of {length}, {chapter}',
  'result.play_error': 'The sound could not be loaded.',
  'result.chapters': 'Chapters',
  'result.chapter_untitled': 'Chapter {number}',
  'result.cover': 'Cover of {name}',

  'result.rename': 'Rename',
  'result.name': 'Name',
  'result.save': 'Save',
  'result.discard': 'Discard',
  'result.renamed': 'It is called {name} now.',
  'result.copy_link': 'Copy link',
  'result.link': 'Link to the MP3',
  'result.link_copied': 'The link is copied. It works without signing in until {date}.',
  'result.link_by_hand': 'Copy this link. It works without signing in until {date}.',
  'result.again': 'Convert again with other options',
  'result.again_title': 'Convert again',
  'result.again_hint': 'The MP3 that is here stays until the new one is done.',
  'result.again_start': 'Convert',

  'result.facts': 'About this MP3',
  'result.facts_film': 'About this conversion',
  'result.length': 'Length',
  'result.size': 'Size',
  'result.bitrate': 'Average bit rate',
  'result.bitrate_value': '{value} kbps',
  'result.loudness': 'Loudness',
  'result.loudness_value': '{value} LUFS',
  'result.peak': 'True peak',
  'result.peak_value': '{value} dBTP',
  'result.silence': 'Silence',
  'result.sent': 'Sent',
  'result.sent_part': '{sent} of {whole}, the sound alone',
  'result.source': 'From',
  'result.created': 'Sent on',
  'result.expires': 'Kept until',
  'result.options': 'Options',
  'result.steps': 'What was done',
  'result.step.fetch': 'Film fetched from the store',
  'result.step.probe': 'Film examined',
  'result.step.encode': 'Sound converted',
  'result.step.check': 'MP3 checked',
  'result.step.store': 'MP3 stored',
  'result.step_other': 'Step «{name}»',
  'result.warnings': 'Good to know',

  'result.warning.truncated':
    'The end of the film is missing. {seconds} of {of_seconds} were there, and all of that is in the MP3.',
  'result.warning.truncated.open':
    'The end of the recording is missing. {seconds} were there, and all of that is in the MP3.',
  'result.warning.damaged': 'A part of the sound is damaged in the film and could not be decoded: {seconds}.',
  'result.warning.header_length_wrong':
    'The film says that it is {of_seconds} long, but holds {seconds}. Nothing is missing.',
  'result.warning.gap_closed': 'At {at_seconds}, the recording pauses for {seconds}. The pause was left out.',
  'result.warning.gap_closed.start':
    'The sound begins {seconds} after the film. The silence before it was left out.',
  'result.warning.track_skipped':
    'Another audio track would have come first, but it cannot be decoded. This is the next one.',
  'result.warning.downmixed':
    'The film has surround sound. It was mixed down, because an MP3 has two channels at most.',
  'result.warning.cover_skipped': 'The cover picture could not be used and was left out.',
  'result.warning.tags_limited':
    'The film has more tags or chapters than an MP3 may hold. Some were left out.',
  'result.warning.limited':
    'The loudness that you asked for was not reached: louder would have distorted, or there is too little sound to measure.',
  'result.warning.not_copied':
    'The sound could not be taken over unchanged, because it is no flawless MP3. It was encoded anew.',
};
