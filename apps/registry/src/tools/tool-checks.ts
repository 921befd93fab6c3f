import { Inject, Injectable } from '@nestjs/common';
import { ConfigurationError, readPolicyFile } from '@toolplane/config';
import { coversTenant, implementationOf, secretRefOf, SecretsPolicy, workerPart, type ToolBody, type ToolDefinition } from '@toolplane/contracts/documents';
import { DependencyDown, ToolplaneError, type FieldError } from '@toolplane/contracts/errors';
import type { Author, Origin } from '../author/author.js';
import { SchemaProver } from '../proving/schema-prover.js';
import { DEPLOYMENT, type Deployment } from './deployment.js';

/**
 * What is dangerous in the code cannot be declared harmless over the API. The operator's files may, for what only reads within a workspace.
 */
const harmFaults = ({ implementation, isDangerous = false }: ToolBody, origin: Origin): FieldError[] => {
  const metadata = implementation === undefined ? undefined : implementationOf(implementation)?.metadata;
  if (!metadata?.isDangerous || isDangerous || (origin === 'config' && metadata.isReadOnly)) return [];
  return [{ pointer: '/isDangerous', detail: `must be true: "${implementation}" is dangerous` }];
};

const mayWait = ({ implementation }: Pick<ToolBody, 'implementation'>, origin: Origin): boolean => origin === 'config' && implementation !== undefined;

type Runnable = Pick<ToolDefinition, 'type' | 'endpoint' | 'dummy' | 'implementation' | 'mcp'>;

/** What a tool may be in this deployment: its definition, its secret, its provider. */
@Injectable()
export class ToolChecks {
  constructor(
    @Inject(DEPLOYMENT) private readonly deployment: Deployment,
    private readonly prover: SchemaProver,
  ) {}

  /** @throws ToolplaneError DEFINITION_INVALID with every fault, or PROVIDER_NOT_DEPLOYED for what is to run and cannot */
  async refuseBody(body: ToolBody, tenantId: string | null, { origin = 'api' }: Pick<Author, 'origin'> = {}): Promise<void> {
    const details = [...(await this.prover.faults(body)), ...harmFaults(body, origin), ...this.secretFaults(body.auth, tenantId)];
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
    if ((body.enabled ?? true) && !mayWait(body, origin)) this.refuseProvider(body);
  }

  /** What a file declares of our own code is taken as it is, and shown disabled until somebody runs it. */
  asDeployed(definition: ToolDefinition, { origin = 'api' }: Pick<Author, 'origin'>): ToolDefinition {
    return mayWait(definition, origin) && !this.isRunHere(definition) ? { ...definition, enabled: false } : definition;
  }

  /** For a definition that was right when it was written: what the deployment may have changed since. */
  refuseHere(definition: ToolDefinition, tenantId: string | null): void {
    const details = this.secretFaults(definition.auth, tenantId);
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
    if (definition.enabled) this.refuseProvider(definition);
  }

  /** Whether some worker here would run it. */
  isRunHere(tool: Runnable): boolean {
    const provider = workerPart(tool)?.provider;
    return provider !== undefined && this.deployment.providers.includes(provider);
  }

  /** A tool that no worker would ever run is not switched on: its executions would only wait for the lease. */
  refuseProvider(tool: Runnable, pointer = '/type'): void {
    if (this.isRunHere(tool)) return;
    throw new ToolplaneError('PROVIDER_NOT_DEPLOYED', {
      message: `This deployment runs no provider for tools of type ${tool.type}; it runs ${this.deployment.providers.join(', ')}`,
      details: [{ pointer, detail: `needs the provider ${workerPart(tool)?.provider ?? tool.type}` }],
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
