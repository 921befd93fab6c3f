import type { DeclaredKind } from '@toolplane/config';
import type { DeclaredSet } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Author } from '../author/author.js';

/** Who changes what files declare: nobody's key. */
export const FILES: Author = Object.freeze({
  tenantId: GLOBAL,
  principal: Object.freeze({ type: 'service', id: 'declared-configuration' }),
  roles: ['platform-admin'],
  origin: 'config',
});

/** What is wrong with something declared, to be shown with its file and line. */
export interface Refusal {
  readonly kind: DeclaredKind;
  readonly name: string;
  readonly pointer: string;
  readonly message: string;
}

/** Brings one kind of what is declared into the database. Each change is a transaction of its own, and each may be made again. */
export interface Reconciler {
  /** What stands in the way, before anything is changed. */
  refusals(set: DeclaredSet): Promise<readonly Refusal[]>;
  /** Takes out what is declared no more. Answers how much that was. */
  removeOthers(set: DeclaredSet): Promise<number>;
  /** Brings in or up to date what is declared. */
  apply(set: DeclaredSet): Promise<readonly Refusal[]>;
}

export const TAKEN = 'something global of that name was made over the API; delete it or choose another name';

/** Does something for everything declared and gathers what was refused. What is no refusal (a database that is away) ends it all. */
export async function refusedOf<Item extends { readonly name: string }>(
  kind: DeclaredKind,
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      if (!(error instanceof ToolplaneError) || error.definition.status >= 500) throw error;
      const { details = [] } = error.options;
      const { name } = item;
      if (details.length === 0) refusals.push({ kind, name, pointer: '', message: error.message });
      for (const { pointer, detail } of details) refusals.push({ kind, name, pointer, message: detail });
    }
  }
  return refusals;
}
