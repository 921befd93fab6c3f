import { Type } from 'typebox';
import { refined, type Refined } from './definition.js';
import { variable } from './variable.js';

/** The roles of one schema of the database. */
export interface DatabaseConfig {
  /** Role that serves HTTP, a tenant at a time. */
  readonly apiUrl: string;
  /** Role of consumers, relay and sweeper, across tenants. */
  readonly workerUrl: string;
  /** Role that owns the schema: with it the service migrates at start-up, without it the schema must fit already. */
  readonly ownerUrl?: string | undefined;
  /** Most connections of each of the two pools. */
  readonly poolSize: number;
}

const url = (env: string, doc: string) => ({ env, doc, schema: Type.String({ pattern: '^postgres(ql)?://' }), secret: true }) as const;

/** Variables of a service that owns a schema. */
export const databaseVariables = (): Refined<DatabaseConfig> =>
  refined(
    {
      apiUrl: variable(url('DATABASE_API_URL', 'Postgres URL of the role that serves HTTP.')),
      workerUrl: variable(url('DATABASE_WORKER_URL', 'Postgres URL of the role of consumers, relay and sweeper.')),
      ownerUrl: variable({
        ...url('DATABASE_OWNER_URL', 'Postgres URL of the role that owns the schema. Set: migrate at start-up. Not set: refuse a schema that does not fit.'),
        optional: true,
      }),
      poolSize: variable({
        env: 'DATABASE_POOL_SIZE',
        doc: 'Most connections of each of the two roles.',
        schema: Type.Integer({ minimum: 2, maximum: 200 }),
        default: 8,
      }),
    },
    (settings): DatabaseConfig => settings,
  );
