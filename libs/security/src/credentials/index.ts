export { generateApiKey, hashApiKey, parseApiKey, sameHash, type GeneratedApiKey, type ParsedApiKey } from './api-key.js';
