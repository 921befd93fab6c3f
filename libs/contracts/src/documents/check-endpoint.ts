import type { FieldError } from '../errors/toolplane-error.js';
import { placeholdersOf, type Endpoint } from './endpoint.js';
import { schemaAt, type JsonSchema } from './schema-at.js';
import { checkTemplate } from './template.js';

/** Written by the client itself, or able to change where and how a request is read. */
const CONNECTION_HEADERS = ['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect', 'idempotency-key'];
const CREDENTIAL_HEADERS = ['authorization', 'proxy-authorization', 'cookie'];
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** A URL whose reading does not depend on how generous the parser is; null if it is one, else what is wrong with it. */
export const urlFault = (url: string): string | null => {
  if (!/^[\x21-\x7e]+$/.test(url)) return 'must be printable ASCII without spaces; write host names in their xn-- form';
  if (url.includes('\\')) return 'must not contain a backslash';
  if (url.includes('#')) return 'must not have a fragment';
  const authority = /^https?:\/\/([^/?]+)(?:[/?]|$)/.exec(url)?.[1];
  if (authority === undefined) return 'must begin with http:// or https:// and a host';
  if (authority.includes('@')) return 'must not carry credentials; use auth';
  if (/[{}%]/.test(authority)) return 'must have a fixed scheme, host and port';
  if (/:(0\d*)?$/.test(authority)) return 'has an empty or unusual port';
  return URL.canParse(url.replaceAll(/[{}]/g, '')) ? null : 'is not a URL';
};

const checkPath = (url: string): FieldError[] => {
  const fault = urlFault(url);
  if (fault) return [{ pointer: '/endpoint/url', detail: fault }];
  const [path = '', query = ''] = url.replace(/^https?:\/\/[^/?]+/, '').split('?', 2);
  if (/[{}]/.test(query)) return [{ pointer: '/endpoint/url', detail: 'has a placeholder in its query; use endpoint.query' }];
  const bad = path.split('/').find((segment) => (/[{}]/.test(segment) && !/^\{[A-Za-z0-9_.-]+\}$/.test(segment)) || /^(\.|%2e){1,2}$/i.test(segment));
  return bad === undefined ? [] : [{ pointer: '/endpoint/url', detail: `"${bad}" is neither a plain segment nor one {placeholder}` }];
};

const SCALARS = ['string', 'integer', 'number', 'boolean'];

/** A placeholder needs a field that is declared, required and fits into one path segment: a URL cannot have a hole. */
const checkPlaceholder = (name: string, inputSchema: JsonSchema): FieldError[] => {
  const at = (detail: string): FieldError[] => [{ pointer: '/endpoint/url', detail }];
  const field = schemaAt(inputSchema, [name]);
  if (field === 'undeclared' || field === 'unknown') return at(`{${name}}: the input schema declares no property "${name}"`);
  const required = typeof inputSchema === 'object' && Array.isArray(inputSchema.required) ? (inputSchema.required as unknown[]) : [];
  if (!required.includes(name)) return at(`{${name}}: "${name}" must be required by the input schema`);
  const types = typeof field === 'object' ? [field.type].flat().filter((type) => type !== undefined) : [];
  return types.every((type) => SCALARS.includes(String(type))) ? [] : at(`{${name}}: "${name}" must be a string, number or boolean`);
};

const checkHeader = (name: string, value: unknown): FieldError[] => {
  const at = (detail: string): FieldError[] => [{ pointer: `/endpoint/headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail }];
  const lower = name.toLowerCase();
  if (!HEADER_NAME.test(name)) return at('is not a header name');
  if (CREDENTIAL_HEADERS.includes(lower)) return at('carries a credential: use auth with a secretRef');
  if (CONNECTION_HEADERS.includes(lower) || lower.startsWith('proxy-')) return at('is written by the worker itself');
  return typeof value === 'string' && [...value].some((char) => char < ' ' && char !== '\t') ? at('must not contain control characters') : [];
};

/** Everything that can be known of an endpoint before it is called. Where it leads is the egress policy's business, at every attempt. */
export const checkEndpoint = (endpoint: Endpoint, inputSchema: JsonSchema): FieldError[] => {
  const sources = { payload: inputSchema };
  const method = endpoint.method ?? 'GET';
  return [
    ...checkPath(endpoint.url),
    ...[...new Set(placeholdersOf(endpoint.url))].flatMap((name) => checkPlaceholder(name, inputSchema)),
    ...Object.entries(endpoint.headers ?? {}).flatMap(([name, value]) => checkHeader(name, value)),
    ...checkTemplate(endpoint.query ?? {}, '/endpoint/query', sources),
    ...checkTemplate(endpoint.headers ?? {}, '/endpoint/headers', sources),
    ...checkTemplate(endpoint.body, '/endpoint/body', sources),
    ...(endpoint.body !== undefined && (method === 'GET' || method === 'HEAD') ? [{ pointer: '/endpoint/body', detail: `${method} sends no body` }] : []),
  ];
};
