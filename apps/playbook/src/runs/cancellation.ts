import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyDown } from '@toolplane/contracts/errors';
import { ServiceClient } from '@toolplane/service-kit';

const TRIES = 4;
const PAUSE_MS = 150;

/** Asks `execution` to end the call of a run that was cancelled. The run is cancelled whatever becomes of it. */
@Injectable()
export class Cancellation {
  constructor(private readonly services: ServiceClient) {}

  /** What became of it, for people. A request that was made a moment ago may not be an execution yet, hence the tries. */
  async ask(executionId: string, token: string): Promise<string> {
    for (let tried = 1; ; tried++) {
      const status = await this.status(executionId, token);
      if (status === 200 || status === 202) return 'its running call was asked to end';
      if (status === 409) return 'its running call had ended already';
      if (status !== 404 || tried === TRIES) return 'its running call could not be asked to end: it goes on, and its outcome is kept in its step';
      await sleep(PAUSE_MS);
    }
  }

  private async status(executionId: string, token: string): Promise<number | null> {
    try {
      const path = `/api/tools/executions/${executionId}/cancel`;
      return (await this.services.callRaw({ service: 'execution', method: 'POST', path, token, body: {} })).status;
    } catch (error) {
      if (error instanceof DependencyDown) return null;
      throw error;
    }
  }
}
