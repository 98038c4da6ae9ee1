export const convert = {
  'convert.title': 'Convert a film',
};
