import type { Provider } from '@toolplane/contracts/events';

/** Which worker this process is. A class, so that Nest can inject it. */
export class WorkerIdentity {
  constructor(
    readonly provider: Provider,
    /** `provider-http`: the source of its events. */
    readonly service: string,
    /** The process: what it says of itself and of its breakers is compacted by it. */
    readonly worker: string,
  ) {}
}
