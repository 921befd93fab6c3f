export { defineProvider, type InvocationContext, type Provider, type ProviderCall } from './provider.js';
export { WatchedFile } from './policies/watched-file.js';
export { seededRandom } from './seeded-random.js';
