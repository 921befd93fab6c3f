import { Injectable } from '@nestjs/common';
import type { PlaybookStep } from '@toolplane/contracts/documents';
import { DependencyDown, type FieldError } from '@toolplane/contracts/errors';
import { ServiceClient } from '@toolplane/service-kit';

/** Whether the tools that a playbook names are there: `registry`'s to say, with the caller's eyes. */
@Injectable()
export class KnownTools {
  constructor(private readonly services: ServiceClient) {}

  /** @throws DependencyDown where nobody can tell: nothing is written then. */
  async faultsOf(steps: readonly PlaybookStep[], token: string): Promise<readonly FieldError[]> {
    const named = [...new Set(steps.flatMap(({ tool }) => (tool === undefined ? [] : [tool])))];
    const missing = new Set((await Promise.all(named.map(async (tool) => ((await this.isKnown(tool, token)) ? [] : [tool])))).flat());
    return steps.flatMap(({ tool }, index) =>
      tool !== undefined && missing.has(tool) ? [{ pointer: `/steps/${index}/tool`, detail: 'there is no such tool' }] : [],
    );
  }

  private async isKnown(tool: string, token: string): Promise<boolean> {
    const { status } = await this.services.callRaw({ service: 'registry', method: 'GET', path: `/internal/tools/${encodeURIComponent(tool)}`, token });
    if (status === 200 || status === 404) return status === 200;
    throw new DependencyDown('registry', new Error(`it was asked for a tool and answered ${status}`));
  }
}
