import type { Problem } from '@toolplane/contracts/http';
import type { Answer } from './transport.js';

/** An answer that a wrapper cannot give as its result: the problem tells what, and what to do. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

/** The problem of an answer from 400 on; one that something in between has answered gets the form of ours. */
export function problemOf({ status, body }: Answer): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body) return body as Problem;
  const detail = `the answer was ${status} and is not Toolplane’s`;
  return {
    type: 'about:blank', title: 'Not an answer of Toolplane', status, detail, code: 'INTERNAL', retryable: false,
    remedy: 'See what stands between this client and the gateway.', traceId: null, errors: [],
  };
}
