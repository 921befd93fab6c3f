export { defineProvider, type InvocationContext, type Provider, type ProviderCall } from './provider.js';
export { WatchedFile } from './policies/watched-file.js';
export { openWorker, type RunningWorker } from './run/open-worker.js';
export { runWorker, type ProviderFactory } from './run/run-worker.js';
export { workerConfig, type WorkerConfig } from './run/worker-config.js';
export { seededRandom } from './seeded-random.js';
