import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError, type Declared } from '@toolplane/config';
import { Logger } from '@toolplane/observability';
import { DeclaredAgents } from './declared-agents.js';
import { DeclaredToolkits } from './declared-toolkits.js';
import { DeclaredTools } from './declared-tools.js';
import type { Refusal } from './reconciler.js';

/** Injection token of what the files declare; undefined where there are none. */
export const DECLARED = Symbol('declared configuration');

/**
 * Brings the database in line with the files when the service starts, before it answers anybody. Every step may be made again and
 * changes nothing the second time, so that a start that was cut short is completed by the next, and two instances may start at once.
 */
@Injectable()
export class DeclaredSync implements OnModuleInit {
  constructor(
    @Inject(DECLARED) private readonly declared: Declared | undefined,
    private readonly tools: DeclaredTools,
    private readonly toolkits: DeclaredToolkits,
    private readonly agents: DeclaredAgents,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.declared) return;
    try {
      await this.sync(this.declared);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      // Another instance may have been in the middle of the same; what is really wrong is so still.
      await this.sync(this.declared);
    }
  }

  /** @throws ConfigurationError for what only the database or the deployment can tell, with file and line; then nothing was changed. */
  async sync(declared: Declared): Promise<void> {
    const { set } = declared;
    const kinds = [this.tools, this.toolkits, this.agents];
    refuse(declared, (await Promise.all(kinds.map((kind) => kind.refusals(set)))).flat());
    let removed = 0;
    // Who uses something goes before it, and comes after it.
    for (const kind of [this.agents, this.toolkits, this.tools]) removed += await kind.removeOthers(set);
    for (const kind of kinds) refuse(declared, await kind.apply(set));
    const { tools, toolkits, agents } = set;
    this.logger.info({ tools: tools.length, toolkits: toolkits.length, agents: agents.length, removed }, 'what the files declare is in the database');
  }
}

const refuse = (declared: Declared, refusals: readonly Refusal[]): void => {
  if (refusals.length === 0) return;
  throw new ConfigurationError(refusals.map(({ kind, name, message, pointer }) => declared.faultOf(kind, name, message, pointer)));
};
