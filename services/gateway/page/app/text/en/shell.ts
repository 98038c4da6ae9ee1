export const shell = {
  'shell.skip': 'Skip to the content',
  'shell.loading': 'Loading …',
  'shell.language': 'Language',
  'shell.theme': 'Theme',
  'shell.theme.system': 'System',
  'shell.theme.light': 'Light',
  'shell.theme.dark': 'Dark',
  'shell.account': 'Account',
  'shell.api': 'API',
  'shell.close': 'Close',
  'shell.updated': 'A part of this page could not be loaded. The page may have been updated: load it again.',
};
