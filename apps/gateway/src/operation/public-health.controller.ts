import { Controller, Get, Res } from '@nestjs/common';
import { Readiness } from '@toolplane/contracts/http';
import { Public } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { SystemHealth } from './system-health.js';

/** On the public port: whether the process lives, and whether the whole can do its work. Metrics are on another port. */
@Controller()
export class PublicHealthController {
  constructor(private readonly health: SystemHealth) {}

  @Get('livez')
  @Public({ summary: 'Whether the gateway lives' })
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public({ summary: 'Whether the whole can do its work, service by service', answers: { 200: Readiness, 503: Readiness } })
  async ready(@Res() reply: FastifyReply): Promise<FastifyReply> {
    const snapshot = await this.health.snapshot();
    return reply.code(snapshot.status === 'ok' ? 200 : 503).send(snapshot);
  }
}
