import type { PlaybookRun } from '@toolplane/contracts/documents';
import { HTTP_HEADERS } from '@toolplane/contracts/http';
import type { FastifyReply } from 'fastify';
import type { Answered } from './run-commands.js';

/** The run as answer; a repeat says that it is one. */
export const answerRun = (reply: FastifyReply, { run, replayed }: Answered): PlaybookRun => {
  if (replayed) void reply.header(HTTP_HEADERS.idempotentReplayed, 'true');
  return run;
};
