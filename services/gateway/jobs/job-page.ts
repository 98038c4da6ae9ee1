import * as z from 'zod';

/** A page of a list of jobs. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    jobs: z.array(item),
    next_cursor: z.string().nullable(),
  });
