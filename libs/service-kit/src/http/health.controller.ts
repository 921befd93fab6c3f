import { Controller, Get, Res } from '@nestjs/common';
import { Health, Metrics } from '@toolplane/observability';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/permission.js';

/** On every service's own port. Liveness asks nobody: a database that is away is no reason to kill the process. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  @Get('livez')
  @Public({ summary: 'Whether the process lives' })
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public({ summary: 'Whether the service can do its work, check by check' })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const snapshot = await this.health.snapshot();
    await reply.code(snapshot.status === 'ok' ? 200 : 503).send(snapshot);
  }

  @Get('metrics')
  @Public({ summary: 'Metrics in Prometheus’ text form' })
  async show(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.metrics.contentType).send(await this.metrics.text());
  }
}
