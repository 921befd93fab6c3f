import { checkTool, type ToolBody } from '@toolplane/contracts/documents';
import type { FieldError } from '@toolplane/contracts/errors';
import { canonicalUrl } from '../egress/index.js';
import { compileSchema } from './compile-schema.js';

const under = (prefix: string, errors: readonly FieldError[]): FieldError[] =>
  errors.map(({ pointer, detail }) => ({ pointer: `${prefix}${pointer}`, detail }));

/** Compiles a schema as validation and the workers will, and holds the examples to it. */
const checkSchema = (schema: unknown, at: '/inputSchema' | '/outputSchema', examples: readonly (readonly [pointer: string, value: unknown])[]): FieldError[] => {
  if (schema === null || schema === undefined) return [];
  const compiled = compileSchema(schema);
  if (!compiled.ok) return under(at, compiled.errors);
  return examples.flatMap(([pointer, value]) => under(pointer, compiled.check(value)));
};

/** A URL that every worker would refuse, whatever the policy, is told when it is written. Placeholders stand for any plain segment. */
const checkUrl = (pointer: string, url: string): FieldError[] => {
  const read = canonicalUrl(url.replaceAll(/\{[^{}]*\}/g, 'x'));
  return read.verdict === 'deny' ? [{ pointer, detail: read.reason }] : [];
};
const checkUrls = ({ endpoint, mcp, auth }: ToolBody): FieldError[] => [
  ...(endpoint ? checkUrl('/endpoint/url', endpoint.url) : []),
  ...(mcp ? checkUrl('/mcp/url', mcp.url) : []),
  ...(auth?.type === 'oauth_stub' ? checkUrl('/auth/tokenUrl', auth.tokenUrl) : []),
];

/** Everything that the definition of a tool alone can be wrong in: its schemas compile, its examples fit them, its URLs are canonical. */
export const definitionFaults = (body: ToolBody): readonly FieldError[] => {
  const examples = body.examples ?? [];
  const inputs = examples.map(({ input }, index) => [`/examples/${index}/input`, input] as const);
  const outputs = examples.flatMap(({ output }, index) => (output === undefined ? [] : [[`/examples/${index}/output`, output] as const]));
  const own = checkTool(body);
  // The same URL is not blamed twice: what the document's own check says of it is more to the point.
  const urls = checkUrls(body).filter(({ pointer }) => !own.some((fault) => fault.pointer === pointer));
  return [...own, ...urls, ...checkSchema(body.inputSchema, '/inputSchema', inputs), ...checkSchema(body.outputSchema, '/outputSchema', outputs)];
};
