export const convert = {
  'convert.title': 'Drop films here',
  'convert.lead': 'Or a folder of them, or paste them: each becomes an MP3.',
  'convert.choose': 'Choose films',
  'convert.choose_folder': 'Choose a folder',
  'convert.drop_here': 'Drop them anywhere',
  'convert.sign_in_first': 'Sign in or create an account. Your films are next.',
  'convert.folder_cut': 'The folder is too large to be searched completely. Add a smaller one for the rest.',
  'convert.folder_empty': 'There is no film in this folder.',
};
