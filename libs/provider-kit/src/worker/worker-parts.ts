import type { Logger, Metrics } from '@toolplane/observability';
import type { Opener } from '../sealing/open-payload.js';
import type { SecretSource } from '../secrets/secret-store.js';
import type { Passage } from './gate.js';
import type { Dispatch } from './invocation.js';
import type { LaneLimits } from './lanes.js';
import type { ReporterLimits, ReportPublisher } from './reporter.js';
import type { Reporting } from './reports.js';

export interface WorkerLimits {
  readonly calls: LaneLimits;
  /** Attempts that wait before the log is read no further. */
  readonly waiting: number;
  readonly reports: ReporterLimits;
  /** Compiled output schemas that are kept. */
  readonly schemas: number;
}

export interface WorkerParts {
  readonly publisher: ReportPublisher;
  readonly secrets: SecretSource;
  readonly opener: Opener;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits: WorkerLimits;
  readonly reporting: Reporting;
  /** Asked just before a call begins. */
  readonly gate: { enter(event: Dispatch): Passage };
  /** Milliseconds that never jump. */
  readonly monotonic?: () => number;
}

export interface DrainOptions {
  /** How long calls may go on. */
  readonly withinMs: number;
  /** How long reports may take after that. */
  readonly flushMs: number;
  /** Resolves when no attempt can come any more. Default: none comes. */
  readonly reading?: Promise<void>;
}
