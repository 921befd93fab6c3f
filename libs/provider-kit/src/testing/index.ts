export { dispatched, type Dispatching } from './dispatched.js';
export { providerConformance, type ConformanceCases } from './provider-conformance.js';
export { testWorker, type FakeSecrets, type TestWorker, type TestWorkerOptions } from './test-worker.js';
