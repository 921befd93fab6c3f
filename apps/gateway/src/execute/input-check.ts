import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { CheckAnswer, CheckBody } from '@toolplane/contracts/http';
import { ServiceClient, type RawAnswer } from '@toolplane/service-kit';

/** How long a tool that the registry knows may take to reach the validation's projection. */
const PROJECTION_MS = 1_000;
const ASK_AGAIN_MS = 50;

export type Checked = { readonly check: CheckAnswer } | { readonly refused: RawAnswer };

/** Has a request checked before it is accepted: whether there is such a tool, and whether it takes this payload. No side effect. */
@Injectable()
export class InputCheck {
  constructor(private readonly services: ServiceClient) {}

  /** @throws DependencyDown where validation cannot answer: then nothing is accepted. */
  async check(body: CheckBody, headers: Readonly<Record<string, string>>, token: string): Promise<Checked> {
    let answer = await this.ask(body, headers, token);
    if (answer.status === 404 && (await this.isRegistered(body.tool, headers, token))) {
      const end = performance.now() + PROJECTION_MS;
      while (answer.status === 404 && performance.now() < end) {
        await sleep(ASK_AGAIN_MS);
        answer = await this.ask(body, headers, token);
      }
    }
    if (answer.status === 200) return { check: JSON.parse(answer.body.toString()) as CheckAnswer };
    if (answer.status >= 500 && answer.status !== 503) throw new DependencyDown('validation', new Error(`it answered ${answer.status}`));
    return { refused: answer };
  }

  private ask(body: CheckBody, headers: Readonly<Record<string, string>>, token: string): Promise<RawAnswer> {
    return this.services.callRaw({ service: 'validation', method: 'POST', path: '/internal/checks', token, headers, body });
  }

  /** A tool made a moment ago is not unknown. Where the registry cannot tell, it is. */
  private async isRegistered(tool: string, headers: Readonly<Record<string, string>>, token: string): Promise<boolean> {
    try {
      const path = `/internal/tools/${encodeURIComponent(tool)}`;
      return (await this.services.callRaw({ service: 'registry', method: 'GET', path, token, headers })).status === 200;
    } catch (error) {
      if (error instanceof DependencyDown) return false;
      throw error;
    }
  }
}
