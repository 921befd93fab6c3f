import { DependencyDown } from '@toolplane/contracts/errors';

/** A topic is not there, although the log is. Whoever writes to it waits, as for a dependency; whoever writes elsewhere does not. */
export class TopicMissing extends DependencyDown {
  constructor(readonly topic: string) {
    super(`topic ${topic}`, new Error('it does not exist; topics are made before any client connects'));
  }
}
