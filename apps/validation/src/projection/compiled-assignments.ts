import type { RegistryAssignment } from '@toolplane/contracts/documents';
import { compileDenials, type CompiledDenials, type RefusedDenials } from '@toolplane/security/schemas';
import { LRUCache } from 'lru-cache';
import { defaultsOf, type Defaults } from '../decide/payload.js';

/** An assignment as decisions use it. */
export interface CompiledAssignment {
  readonly denials: CompiledDenials | RefusedDenials;
  readonly defaults: Defaults;
}

const MOST_COMPILED = 5_000;

/** Assignments are compiled when they are first used, and kept by the very object of the projection. */
export class CompiledAssignments {
  private readonly kept = new LRUCache<RegistryAssignment, CompiledAssignment>({ max: MOST_COMPILED });

  of(assignment: RegistryAssignment): CompiledAssignment {
    let compiled = this.kept.get(assignment);
    if (!compiled) {
      const { deniedParameters, parameterDefaults } = assignment;
      this.kept.set(assignment, (compiled = { denials: compileDenials(deniedParameters), defaults: defaultsOf(parameterDefaults) }));
    }
    return compiled;
  }
}
