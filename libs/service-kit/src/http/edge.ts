import type { DynamicModule } from '@nestjs/common';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger, Metrics } from '@toolplane/observability';
import { CallerGuard } from '../auth/caller.guard.js';
import { createAdapter, EDGE_LIMITS, prepareEdge, type EdgeLimits } from './fastify-adapter.js';
import { KnownMethods } from './known-methods.js';
import { ProblemFilter } from './problem.filter.js';
import { QueryGuard } from './query.guard.js';
import { QueryPipe } from './query-pipe.js';
import { assertPermissions, routesOf } from './route-table.js';

/** The HTTP side of an application, the same for a service that runs and for one under test. */
export interface Edge {
  readonly adapter: FastifyAdapter;
  /** Once the application is made and before it is initialised. @throws Error for a route without a permission. */
  prepare(app: NestFastifyApplication): void;
  /** From now on every new request is refused with 503. */
  close(): void;
}

export function createEdge(module: DynamicModule, limits: EdgeLimits = EDGE_LIMITS): Edge {
  let filter: ProblemFilter | undefined;
  let closing = false;
  return {
    adapter: createAdapter(() => filter, limits),
    prepare(app) {
      assertPermissions(routesOf(module));
      const logger = app.get(Logger);
      const known = new KnownMethods();
      filter = new ProblemFilter(logger, (url) => known.of(url));
      prepareEdge(app, { logger, metrics: app.get(Metrics), known, isClosing: () => closing, maxConnections: limits.maxConnections });
      app.useGlobalFilters(filter);
      app.useGlobalGuards(app.get(CallerGuard), app.get(QueryGuard));
      app.useGlobalPipes(new QueryPipe());
    },
    close() {
      closing = true;
    },
  };
}
