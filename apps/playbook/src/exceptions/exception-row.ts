import type { Exception } from '@toolplane/contracts/documents';

type Times = 'createdAt' | 'updatedAt' | 'closedAt';

/** An exception as it is stored. */
export interface ExceptionRow extends Omit<Exception, Times> {
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly closedAt: Date | null;
}

export const exceptionOf = ({ revision: _revision, createdAt, updatedAt, closedAt, ...row }: ExceptionRow): Exception => ({
  ...row,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
  closedAt: closedAt?.toISOString() ?? null,
});
