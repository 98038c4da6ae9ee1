import { bearer, json, problems, ref } from './parts.ts';

export const usagePaths = {
  '/account/usage': {
    get: {
      summary: 'What I have used today, and what I may use',
      security: bearer,
      responses: {
        200: { description: 'Usage and limits', content: json(ref('Usage')) },
        ...problems('invalid_token', 'too_many_requests'),
      },
    },
  },
};
