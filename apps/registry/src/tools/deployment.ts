/** What the operator has decided about this deployment, as far as definitions depend on it. */
export interface Deployment {
  /** Providers that run here. */
  readonly providers: readonly string[];
  /** The operator's `secrets.json`; without it references are not checked before they are used. */
  readonly secretsFile?: string | undefined;
}
export const DEPLOYMENT = Symbol('deployment');
