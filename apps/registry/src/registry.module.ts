import { Module, type DynamicModule } from '@nestjs/common';
import { Messaging, StoredPositions } from '@toolplane/messaging';
import { Logger } from '@toolplane/observability';
import { Persistence } from '@toolplane/persistence';
import { hashApiKey } from '@toolplane/security/credentials';
import { DatabasePositions, LogWatch, OutboxRelay, SaysAgain, ServiceKit } from '@toolplane/service-kit';
import { AgentChanges } from './agents/agent-changes.js';
import { AgentFinder } from './agents/agent-finder.js';
import { AgentQueries } from './agents/agent.queries.js';
import { AgentStore } from './agents/agent.store.js';
import { AgentsController } from './agents/agents.controller.js';
import { Announcer } from './announce/announcer.js';
import { LocalChanges } from './announce/local-changes.js';
import { Republisher } from './announce/republisher.js';
import { AssignmentChanges } from './assignments/assignment-changes.js';
import { AssignmentQueries } from './assignments/assignment.queries.js';
import { AssignmentStore } from './assignments/assignment.store.js';
import { AssignmentsController } from './assignments/assignments.controller.js';
import { ToolUses } from './assignments/tool-uses.js';
import { OwnerDoor } from './author/owner-door.js';
import { DECLARED, DeclaredSync } from './declared/declared-sync.js';
import { DeclaredAgents } from './declared/declared-agents.js';
import { DeclaredToolkits } from './declared/declared-toolkits.js';
import { DeclaredTools } from './declared/declared-tools.js';
import { DeclaredQueries } from './declared/declared.queries.js';
import { BreakerStore } from './breakers/breaker.store.js';
import { BreakersController } from './breakers/breakers.controller.js';
import { OnToolProviderHealthChanged } from './breakers/on-tool-provider-health-changed.js';
import { BOOTSTRAP_HASH, Credentials } from './identity/credentials.js';
import { JwksFile } from './identity/jwks-file.js';
import { MeController } from './identity/me.controller.js';
import { OidcTokens } from './identity/oidc-tokens.js';
import { TokensController } from './identity/tokens.controller.js';
import { ImplementationsController } from './implementations/implementations.controller.js';
import { KeyChanges } from './keys/key-changes.js';
import { KeyStore } from './keys/key.store.js';
import { KeysController } from './keys/keys.controller.js';
import { AgentLoader } from './loading/agent-loader.js';
import { AssignedToolsQueries } from './loading/assigned-tools.queries.js';
import { LoadingController } from './loading/loading.controller.js';
import { RevisionReader } from './loading/revision-reader.js';
import { SchemaProver } from './proving/schema-prover.js';
import { KillSwitchChanges } from './kill-switches/kill-switch-changes.js';
import { KillSwitchStore } from './kill-switches/kill-switch.store.js';
import { KillSwitchesController } from './kill-switches/kill-switches.controller.js';
import type { RegistryConfig } from './registry.config.js';
import { registryMigrations } from './registry.migrations.js';
import { SEALING, SealingKeysController } from './sealing/sealing-keys.controller.js';
import { DefaultRows } from './tenants/default-rows.js';
import { TenantChanges } from './tenants/tenant-changes.js';
import { TenantStore } from './tenants/tenant.store.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { ToolkitChanges } from './toolkits/toolkit-changes.js';
import { ToolkitQueries } from './toolkits/toolkit.queries.js';
import { ToolkitStore } from './toolkits/toolkit.store.js';
import { ToolkitsController } from './toolkits/toolkits.controller.js';
import { DEPLOYMENT, type Deployment } from './tools/deployment.js';
import { EnablementController } from './tools/enablement.controller.js';
import { KnownToolController } from './tools/known-tool.controller.js';
import { ToolChanges } from './tools/tool-changes.js';
import { ToolChecks } from './tools/tool-checks.js';
import { ToolQueries } from './tools/tool.queries.js';
import { ToolStore } from './tools/tool.store.js';
import { ToolsController } from './tools/tools.controller.js';
import { VersionsController } from './versions/versions.controller.js';

@Module({})
export class RegistryModule {
  static with(config: RegistryConfig): DynamicModule {
    const deployment: Deployment = { providers: config.providers, secretsFile: config.secretsFile };
    return {
      module: RegistryModule,
      imports: [
        ServiceKit.with(config.service, { internalTokenPrivateKey: config.tokens.privateKey }),
        Persistence.with(config.database, { service: 'registry', migrations: registryMigrations }),
        Messaging.with(config.eventLog, { service: 'registry' }),
      ],
      controllers: [
        TokensController, MeController,
        TenantsController, KeysController, SealingKeysController,
        ToolsController, VersionsController, EnablementController, KnownToolController,
        ToolkitsController, ImplementationsController, AgentsController, AssignmentsController, LoadingController,
        KillSwitchesController, BreakersController, OnToolProviderHealthChanged,
      ],
      providers: [
        { provide: DEPLOYMENT, useValue: deployment },
        { provide: SEALING, useValue: config.sealing },
        { provide: BOOTSTRAP_HASH, useFactory: () => config.bootstrapAdminKey && hashApiKey(config.bootstrapAdminKey) },
        { provide: OidcTokens, useFactory: (logger: Logger) => new OidcTokens(config.oidc, config.oidc && new JwksFile(config.oidc.jwksFile, logger)), inject: [Logger] },
        Credentials,
        TenantStore, DefaultRows, TenantChanges,
        KeyStore, KeyChanges,
        ToolQueries, ToolStore, ToolChecks, ToolChanges,
        SchemaProver, OwnerDoor,
        ToolkitQueries, ToolkitStore, ToolkitChanges,
        AgentQueries, AgentStore, AgentFinder, AgentChanges,
        AssignmentQueries, AssignmentStore, AssignmentChanges, ToolUses,
        KillSwitchStore, KillSwitchChanges,
        BreakerStore, { provide: StoredPositions, useClass: DatabasePositions },
        { provide: DECLARED, useFactory: () => config.declared },
        AssignedToolsQueries, RevisionReader, AgentLoader,
        DeclaredQueries, DeclaredTools, DeclaredToolkits, DeclaredAgents, DeclaredSync,
        LocalChanges, Announcer, OutboxRelay, LogWatch, { provide: SaysAgain, useClass: Republisher },
      ],
    };
  }
}
