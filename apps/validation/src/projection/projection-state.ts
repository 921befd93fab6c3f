import { ToolplaneError } from '@toolplane/contracts/errors';

/** Whether the projections hold all that there was when this instance started. Until then it answers nobody: what it has not read of would seem not to exist. */
export abstract class ProjectionState {
  abstract readonly complete: boolean;

  /** @throws ToolplaneError NOT_READY: nothing was refused, ask again. */
  mustBeComplete(): void {
    if (!this.complete) throw new ToolplaneError('NOT_READY', { message: 'the definitions are still being read' });
  }
}
