import { DummySpec, render } from '@toolplane/contracts/documents';
import { isErrorCode, ToolplaneError } from '@toolplane/contracts/errors';
import { defineProvider, seededRandom } from '@toolplane/provider-kit';

/** Waits, then answers or fails, as its definition says: the reference of what a provider is, and the simulator of the tests. */
export const dummy = defineProvider({
  name: 'dummy',
  spec: DummySpec,
  // Only what may fail has a breaker: a simulated destination, one for each tool.
  origin: ({ failure }) => (failure ? 'dummy' : null),
  async invoke({ spec, payload }, { sleep, executionId, attempt, random: ownRandom }) {
    // Every attempt draws its own numbers; a seed gives the whole tool another, equally repeatable fate.
    const random = spec.seed === undefined ? ownRandom : seededRandom(`${spec.seed} ${executionId} ${attempt}`);
    const jitterMs = spec.jitterMs ? random() * spec.jitterMs : 0;
    await sleep((spec.delayMs ?? 0) + jitterMs);
    const { failure } = spec;
    if (failure && random() < failure.rate) {
      throw new ToolplaneError(isErrorCode(failure.code) ? failure.code : 'PROVIDER_FAILED', {
        message: 'The dummy failed, as its definition says',
        retryable: failure.retryable,
        // Nothing outside was touched, whatever the code would mean elsewhere; so that `retryable` decides.
        ...(failure.retryable && { effect: 'none' }),
      });
    }
    return spec.response === undefined ? payload : render(spec.response, { payload });
  },
});
