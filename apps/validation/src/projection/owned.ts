import type { RegistryAgent, RegistryAssignment, RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';

interface Named {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
}

/** Objects by id and by name. A deleted one is kept under its id, and gives its name back. */
export class ByName<Object extends Named> {
  private readonly byId = new Map<string, Object>();
  private readonly ids = new Map<string, string>();

  withId(id: string): Object | undefined {
    return this.byId.get(id);
  }

  named(name: string): Object | undefined {
    const id = this.ids.get(name);
    return id === undefined ? undefined : this.byId.get(id);
  }

  take(object: Object): void {
    const before = this.byId.get(object.id);
    // A name may have gone to another object meanwhile: only its own is given back.
    if (before && this.ids.get(before.name) === object.id) this.ids.delete(before.name);
    this.byId.set(object.id, object);
    if (!object.deleted) this.ids.set(object.name, object.id);
  }
}

/** What belongs to one tenant, or to none. */
export class Owned {
  readonly tools = new ByName<RegistryTool>();
  readonly versions = new Map<string, Map<string, RegistryToolVersion>>();
  readonly agents = new ByName<RegistryAgent>();
  /** By agent id and tool id; what was removed is not there. */
  readonly assignments = new Map<string, Map<string, RegistryAssignment>>();
  /** A tenant's own word on a tool, global ones too. */
  readonly enablements = new Map<string, boolean>();
}
