import type { Static, TSchema } from 'typebox';
import type { Auth } from '@toolplane/contracts/documents';
import type { Provider as ProviderName } from '@toolplane/contracts/events';

/** What a call is about. Everything in it comes from the decision: a worker looks nothing up. */
export interface ProviderCall<Spec = unknown> {
  /** The provider's part of the tool's definition; it fits the provider's schema. */
  readonly spec: Spec;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly tool: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly idempotent: boolean;
    readonly timeoutMs: number;
    readonly auth: Auth;
  };
}

/** What the kit gives to one call. May be taken apart: no member needs its `this`. */
export interface InvocationContext {
  readonly tenantId: string;
  readonly executionId: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The same for every attempt of an execution: to be sent outward. */
  readonly idempotencyKey: string;
  readonly traceparent: string | undefined;
  /** Milliseconds until the call has to be over: the tool's `timeoutMs`, or less where the execution's deadline is nearer. */
  readonly remainingMs: number;
  /** The same as a moment of the wall clock, for whom it must be told outside. */
  readonly deadline: Date;
  /** Fires at the deadline and when the worker is shut down. What a call returns afterwards is dropped. */
  readonly signal: AbortSignal;
  /** Resolves after so many milliseconds; rejects when the call is over before. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Seeded by execution and attempt: the same attempt draws the same numbers, in [0, 1). */
  readonly random: () => number;
  /**
   * The value of an entry of `secrets.json`, for one origin. It is redacted wherever it comes back in the output or an error.
   * @throws ToolplaneError SECRET_NOT_BOUND where the entry does not list tenant and origin, SECRET_UNAVAILABLE where it cannot be read.
   */
  readonly secret: (reference: string, origin: string) => Promise<string>;
  /** For what a call has come by that is as secret, a token for instance: it is redacted in the same way. */
  readonly conceal: (value: string) => void;
}

/**
 * A way to run tools. It makes one call and returns its output (JSON) or throws `ToolplaneError`; anything else it throws is `INTERNAL`.
 * Deadline, concurrency, output checks, redaction, metrics and reports are the kit's; retries are the execution service's.
 */
export interface Provider<Spec extends TSchema = TSchema> {
  readonly name: ProviderName;
  /** Schema of the tool's part that this provider reads; from the contracts, so that the registry checks it without importing a worker. */
  readonly spec: Spec;
  /**
   * What a definition calls, for instance scheme, host and port: each tenant, tool and origin has a circuit breaker of its own.
   * Null, or left out: the provider calls nothing that could be down, and no breaker stands before it. Must not throw.
   */
  origin?(spec: Static<Spec>): string | null;
  invoke(call: ProviderCall<Static<Spec>>, context: InvocationContext): Promise<unknown>;
  /** Lets go of what it holds open, once no call is running. */
  close?(): Promise<void>;
}

/** Declares a provider; it types `spec` inside `invoke`. */
export const defineProvider = <const Spec extends TSchema>(provider: Provider<Spec>): Provider<Spec> => provider;
