import * as z from 'zod';

/** Whether the session of an operator's page is open. */
export const operatorSessionView = z.object({ signed_in: z.boolean() });
export type OperatorSessionView = z.infer<typeof operatorSessionView>;
