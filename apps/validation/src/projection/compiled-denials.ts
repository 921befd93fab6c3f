import type { RegistryAssignment } from '@toolplane/contracts/documents';
import { compileDenials, type CompiledDenials, type RefusedDenials } from '@toolplane/security/schemas';
import { LRUCache } from 'lru-cache';

const MOST_COMPILED = 5_000;

/** Denied values are compiled when an assignment is first used, and kept by the very object of the projection. */
export class CompiledDenialSets {
  private readonly kept = new LRUCache<RegistryAssignment, CompiledDenials | RefusedDenials>({ max: MOST_COMPILED });

  of(assignment: RegistryAssignment): CompiledDenials | RefusedDenials {
    let compiled = this.kept.get(assignment);
    if (!compiled) this.kept.set(assignment, (compiled = compileDenials(assignment.deniedParameters)));
    return compiled;
  }
}
