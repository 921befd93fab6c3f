import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { rateLimitHeaders, type Allowance } from './request-limiter.js';

/** What each request has left its caller; forgotten with the request. */
export type Allowances = Pick<WeakMap<object, readonly Allowance[]>, 'get' | 'set'>;

/** Says on every answer to a known caller, whoever writes it, what is left. */
export class RateLimitHeaders implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly allowances: Allowances,
  ) {}

  onModuleInit(): void {
    this.adapter.httpAdapter.getInstance<FastifyInstance>().addHook('onSend', (request, reply, _payload, done) => {
      const allowances = this.allowances.get(request);
      if (allowances) reply.headers(rateLimitHeaders(allowances));
      done();
    });
  }
}
