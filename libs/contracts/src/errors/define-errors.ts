/** What one code of the catalogue means, for programs and for people. */
export interface ErrorDefinition {
  /** HTTP status of the problem document that carries it. */
  readonly status: number;
  readonly title: string;
  /** The same request may be sent again as a new execution without risk of doing it twice. */
  readonly retryable: boolean;
  /** Whether the outside call may have happened. */
  readonly effect: 'none' | 'possible';
  /** The word in the usage audit; null for codes that never end an execution. */
  readonly auditWord: 'failed' | 'denied' | 'blocked' | null;
  /** Who can act on it. */
  readonly audience: 'caller' | 'tenant-admin' | 'operator';
  readonly remedy: string;
}

/** Declares a family of errors; its file is the place where they are described. */
export const defineErrors = <const Family extends Record<string, ErrorDefinition>>(family: Family): Family => Object.freeze(family);
