export const jobs = {
  'jobs.title': 'Your MP3s',
};
