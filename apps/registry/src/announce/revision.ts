import type { Tx } from '@toolplane/persistence';

/** When a change happened, in database time, and its place among all changes. */
export interface Moment {
  readonly revision: number;
  readonly at: Date;
}

/** Takes the next revision. Only while the row it is for is locked or new: then the revisions of an object grow in the order of its changes. */
export const nextMoment = async (tx: Tx): Promise<Moment> => {
  const [moment] = await tx.query<Moment>(`select nextval('registry.revision') as revision, date_trunc('milliseconds', now()) as at`);
  if (!moment) throw new Error('a sequence gives a value');
  return moment;
};
