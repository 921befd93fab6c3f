import { Controller, Get, Res } from '@nestjs/common';
import { Health, Metrics } from '@toolplane/observability';

/** What of Fastify's reply is used here. */
interface Reply {
  code(status: number): Reply;
  type(contentType: string): Reply;
  send(body: unknown): PromiseLike<unknown>;
}

/** All that a worker serves, on its own port. Liveness asks nobody: a broker that is away is no reason to kill the process. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  @Get('livez')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res() reply: Reply): Promise<void> {
    const snapshot = await this.health.snapshot();
    await reply.code(snapshot.status === 'ok' ? 200 : 503).send(snapshot);
  }

  @Get('metrics')
  async show(@Res() reply: Reply): Promise<void> {
    await reply.type(this.metrics.contentType).send(await this.metrics.text());
  }
}
