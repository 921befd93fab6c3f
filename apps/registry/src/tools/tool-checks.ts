import { Inject, Injectable } from '@nestjs/common';
import { ConfigurationError, readPolicyFile } from '@toolplane/config';
import { checkTool, coversTenant, secretRefOf, SecretsPolicy, workerPart, type ToolBody, type ToolDefinition } from '@toolplane/contracts/documents';
import { DependencyDown, ToolplaneError, type FieldError } from '@toolplane/contracts/errors';
import { canonicalUrl } from '@toolplane/security/egress';
import { compileSchema } from '@toolplane/security/schemas';
import { DEPLOYMENT, type Deployment } from './deployment.js';

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

/** Everything that a definition alone can be wrong in. */
export const definitionFaults = (body: ToolBody): FieldError[] => {
  const examples = body.examples ?? [];
  const inputs = examples.map(({ input }, index) => [`/examples/${index}/input`, input] as const);
  const outputs = examples.flatMap(({ output }, index) => (output === undefined ? [] : [[`/examples/${index}/output`, output] as const]));
  const own = checkTool(body);
  // The same URL is not blamed twice: what the document's own check says of it is more to the point.
  const urls = checkUrls(body).filter(({ pointer }) => !own.some((fault) => fault.pointer === pointer));
  return [...own, ...urls, ...checkSchema(body.inputSchema, '/inputSchema', inputs), ...checkSchema(body.outputSchema, '/outputSchema', outputs)];
};

/** What a tool may be in this deployment: its definition, its secret, its provider. */
@Injectable()
export class ToolChecks {
  constructor(@Inject(DEPLOYMENT) private readonly deployment: Deployment) {}

  /** @throws ToolplaneError DEFINITION_INVALID with every fault, or PROVIDER_NOT_DEPLOYED */
  refuseBody(body: ToolBody, tenantId: string | null): void {
    const details = [...definitionFaults(body), ...this.secretFaults(body.auth, tenantId)];
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
    this.refuseProvider(body);
  }

  /** For a definition that was right when it was written: what the deployment may have changed since. */
  refuseHere(definition: ToolDefinition, tenantId: string | null): void {
    const details = this.secretFaults(definition.auth, tenantId);
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
    this.refuseProvider(definition);
  }

  /** A tool that no worker would ever run is not taken: its executions would only wait for the lease. */
  refuseProvider(tool: Pick<ToolDefinition, 'type' | 'endpoint' | 'dummy' | 'implementation' | 'mcp'>): void {
    const provider = workerPart(tool)?.provider;
    if (provider !== undefined && this.deployment.providers.includes(provider)) return;
    throw new ToolplaneError('PROVIDER_NOT_DEPLOYED', {
      message: `This deployment runs no provider for tools of type ${tool.type}; it runs ${this.deployment.providers.join(', ')}`,
      details: [{ pointer: '/type', detail: `needs the provider ${provider ?? tool.type}` }],
    });
  }

  /** Another tenant's reference is refused in the words of an unknown one. The file is read each time, as the workers do. */
  private secretFaults(auth: ToolBody['auth'], tenantId: string | null): FieldError[] {
    const reference = auth ? secretRefOf(auth) : null;
    const { secretsFile } = this.deployment;
    if (reference === null || secretsFile === undefined) return [];
    const secrets = readSecrets(secretsFile);
    const entry = Object.hasOwn(secrets, reference) ? secrets[reference] : undefined;
    if (entry && coversTenant(entry.tenants, tenantId)) return [];
    return [{ pointer: '/auth/secretRef', detail: 'names no secret that the operator has bound to this tenant' }];
  }
}

/** A file that is being replaced, or was written wrongly, is the operator's to mend; until then nothing that needs it is taken. */
const readSecrets = (path: string): SecretsPolicy => {
  try {
    return readPolicyFile(path, SecretsPolicy);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw new DependencyDown('secrets file', cause);
    throw cause;
  }
};
