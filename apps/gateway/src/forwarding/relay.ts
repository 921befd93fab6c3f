import type { RawAnswer } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';

/** Headers of an answer that are the caller's business; the others are between the services. */
const PASSED_BACK = [
  'content-type', 'content-disposition', 'etag', 'last-modified', 'location', 'retry-after', 'ratelimit', 'ratelimit-policy',
  'idempotent-replayed', 'preference-applied', 'cache-control', 'allow', 'link',
] as const;

export function copyHead({ status, headers }: Pick<RawAnswer, 'status' | 'headers'>, reply: FastifyReply): FastifyReply {
  reply.code(status);
  for (const name of PASSED_BACK) {
    const value = headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  return reply;
}

/** Gives a service's answer to the caller as it is. */
export const relay = (answer: RawAnswer, reply: FastifyReply): FastifyReply => copyHead(answer, reply).send(answer.body);
